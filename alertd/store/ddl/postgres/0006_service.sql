CREATE INDEX message_event ON message (id) WHERE kind = 'event';   -- the latest alerts, behind however many codes and answers
CREATE INDEX message_said ON message (id) WHERE body IS NOT NULL;  -- words that are to be forgotten one day
