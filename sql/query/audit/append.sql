-- Every change of what people hold, in its transaction.
INSERT INTO audit (seq, time, action, actor, address, agent, account, user_name, object, detail, chain)
VALUES (:seq, :time, :action, :actor, :address, :agent, :account, :user_name, :object, :detail, :chain);
