-- What is looked for every ten minutes to be forgotten: few rows of very many.
CREATE INDEX endpoint_pending ON endpoint (created_at) WHERE state = 0;
CREATE INDEX subscription_stay ON subscription (valid_until) WHERE valid_until < 253402300799000;
