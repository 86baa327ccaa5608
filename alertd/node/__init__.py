"""A node's rooms: each file makes one part of a running node. `alertd.daemon` puts them together, and nobody else does.

supervisor  what systemd lends (sockets) and is told (ready, alive, stopping)
heart       whether every loop still comes round
desk        the store's catalogue and routes, this node's name and id, its secret and its spool
voices      gateways, and the senders that speak through them
work        every loop, by the bell that wakes it
chores      what is forgotten now and then
listening   where HTTP is answered
"""
