// One request for a page about a person's credentials, and everything that may stop it: what is
// wrong with it, and the proofs that it is the person's own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "body_kind.h"
#include "latchkey/base/result.h"
#include "latchkey/model/account.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"
#include "latchkey/store/credentials.h"
#include "visitor.h"

namespace latchkey::pages {

// One request of one signed-in person.
struct Call {
  const Parts& parts;
  const PageRequest& request;
  const Visitor& visitor;
  const model::Account& account;
};

// Why something was not done, in the words of both kinds of caller.
struct Complaint {
  int status;
  std::string reason;
  std::string text;
  std::string advice;
};

// Hands the request of whoever is signed in to `serve`; anybody else is told to sign in first.
PageResult serve_signed_in(const Parts& parts, const PageRequest& request,
                           const std::function<PageResult(const Call&)>& serve);

PageResult done(model::Answer answer, std::string reason, std::string detail = {});

// Programs get a problem document, people a page that says what to do.
PageResult complain(const Call& call, BodyKind kind, const Complaint& complaint,
                    std::string detail = {});

// Finds a credential of the visitor's. Somebody else's does not exist, to them.
// Errors: kNotFound, kUnavailable.
Result<model::IssuedCredential> own(const Call& call, const CredentialId& id);

// The same, of the visitor's machine users too: whoever answers for a machine may look at what it
// holds and revoke it.
Result<store::CredentialAndAccount> answered_for(const Call& call, const CredentialId& id);

// Says why the store, or a check of what was sent, refused.
PageResult failed(const Call& call, BodyKind kind, const Error& error);

// Returns the refusal of a request that no page of this site made; nothing for one that did.
// Asked before anything of the request is read.
std::optional<PageResult> without_proof(const Call& call, BodyKind kind);

// Returns the refusal of a form that does not carry this session's token.
std::optional<PageResult> without_token(const Call& call, std::string_view token);

}  // namespace latchkey::pages
