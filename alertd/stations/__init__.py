"""WHO may act: stations, operators and their roles, API keys, sessions, throttles, the audit.

stations     stations, communes, register, opening, homes: what they are, and where they come from
             drawings, streets/, tiles/, reach: what is kept at hand for the moment of an alert, and how large it may be
             topics, own_topics, choosing_topics, templates, templating: what they speak of, and their ready texts
             organisations, requests, preapprovals, payers, quotas, sharing: the tree, and what passes between its stations
             approval_rules, silence, elections, announcement, sending_switch: what they decided, and what is decided for all
operators    operators, team, calling: who they are, who decides, how they are told
             passwords, totp, factors, passkeys, ceremonies, recovery, sessions, throttle: how they come in
programs     api_keys, secrets_in_use
gateways     as administrators see them
audit        audit, chain: who did what to what, and whether it is as it was written
"""
