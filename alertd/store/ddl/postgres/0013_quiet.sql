-- Who chose quiet hours, or silence until a day: few of very many, looked for by every fan-out but a danger's.
CREATE INDEX subscriber_quiet ON subscriber (id) WHERE quiet IS NOT NULL;
