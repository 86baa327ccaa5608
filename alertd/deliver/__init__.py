"""From a message to receipts: fan-out, dispatch, rendering, retry, recovery, and the books.

Loops meet only in the store; a bell wakes them, polling is the truth. In the order of a message's life:

    to whom      fan_out, audience, work: from an event to deliveries, in slices with a durable cursor
                 silence, quiet: those that wait for an acknowledgement, or for the end of somebody's quiet hours
    by what      routes, owners, speakers: which sender speaks for which channel and station
                 health, breaker, hosts, probes, doubts, sightings, stranded, vigil: whether gateways work, and who stands in
    how fast     pace, lease, fairness: a sender's rate, kept by one node at a time, shared by the stations that wait
    what         render, bodies, forms, letter, legible: an event's words on each channel, addressed to one reader
    out          line, queue, dispatch, claim, claimed, handfuls, record, parting: a sender's workers, claim -> render -> gateway -> record
                 retry, redial, unsaid: what an answer, or none, makes of a delivery
                 service, trial, alarms: words of the house, a test, what only a person can mend
    back         reports, raws, spool, receipts, lattice, provider_names: what providers bring later, by rank
                 endpoints, inbound: what it says of an address, and what people write
    afterwards   tend, unknowns, lookups: what is due, over, held by a dead node, or was never answered
                 tallies, rates, hindsight, figures: the books, and what is read from them
    beneath      loops, pulse: a step again and again, and whether this node may go on
    rehearsal    what the sandbox was given
"""
