"""The doctor: what would keep an alert from leaving, or an instance from lasting, in sentences that say what to do.

    finding   what a look tells, and how each look is bounded in time
    address   name in DNS, certificate, what answers there
    machine   clock, disks
    store     database, books, sending, backups
    ways      gateways, and whether a live station reaches anybody
    mail      SPF, DMARC and DKIM of the domains that letters come from

It asks nobody whom the configuration does not name, but this machine's own name server.
"""
