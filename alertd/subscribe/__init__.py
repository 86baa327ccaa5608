"""WHO is warned: people, their endpoints and places, from a list, a key's request or a visit to being reached.

one person   join, phones, by_word, counter, follow, guests: how somebody comes, and what proves each way
             my_choices, mine, own_word, spoken_code, trials: what they see and change of themselves
             leave, departures, stops, lost_ways: how they go, or are lost
a list       table, lines, gather, importer, report, exporter: in and out again, line by line
             class_list, pupils, groups, roll_call, rollover: children and their parents, « vu par 22 sur 25 »
the rules    nouns, prepare, addresses, numbers, topics: what is said of a person, and how it is kept
             settle, people, enrol, write, lists, forget: who is who, and one way in for all of them
operators    contacts, operator_phones, invitations, openings: who works in a station is reached as people are
by telephone replies, switchboard, quiet_calls: what they write and press
"""
