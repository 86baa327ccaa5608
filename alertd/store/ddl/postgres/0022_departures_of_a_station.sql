CREATE INDEX departure_station ON departure (station_id, at);  -- how many left a station after an alert of its
