CREATE INDEX subscriber_tongue ON subscriber (locale, id) WHERE locale <> 'fr';  -- whose text costs otherwise than the French one
