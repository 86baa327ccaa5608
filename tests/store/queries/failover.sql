-- name: gateway_audit
-- What was decided about gateways.
SELECT action, object, detail FROM audit WHERE object LIKE 'gateway:%' ORDER BY id;
