ALTER TABLE message ADD COLUMN forgotten_at BIGINT;               -- from when on its deliveries are dropped; its counts stay
ALTER TABLE message ADD COLUMN emptied BIGINT NOT NULL DEFAULT 0; -- 1: none of them is left
CREATE INDEX message_remembered ON message (closed_at) WHERE emptied = 0 AND closed_at IS NOT NULL;
CREATE INDEX place_ended ON place (ended_at) WHERE ended_at < 253402300799000;
