-- Each append, and the check of the chain.
SELECT base_seq, base, head_seq, head FROM audit_chain WHERE one = 1;
