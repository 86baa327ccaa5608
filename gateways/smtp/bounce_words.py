"""What mail servers write in their answers and their reports: which words mean that an address is dead, and which that it is not.

Enhanced codes: RFC 3463, the IANA registry "SMTP Enhanced Status Codes", and Microsoft's 5.1.10 and 5.4.1
(https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online).
Many servers have only words, or the wrong code beside the right words: so a code of the table counts unless the words
speak of something else, and words count where the code says nothing more exact.
"""

import re
from enum import Enum
from typing import Final

DEAD: Final = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10"})
"""No such mailbox, no valid address, moved without a trace, a domain that takes no mail (RFC 7505).

5.1.2 (no such domain) is left out: a relay whose own resolver is down says it of everybody."""


class Fate(Enum):
    """What a failure says of the address."""

    DEAD = "dead"
    VANISHED = "vanished"  # its whole domain is gone; so says whoever has a broken resolver of every domain
    ALIVE = "alive"  # or nobody can tell, which is the same


def fate(status: str, text: str) -> Fate:
    """The fate of an address of which a server said so. `status` may be empty; `text` is its diagnostic."""
    text = _ADDRESS.sub(" recipient ", _HOST.sub(" ", text))
    statuses = {found for found in {status, *_STATUS.findall(text)} if found and not _GENERIC.match(found)}
    if any(found.startswith("4.") for found in statuses) or _INNOCENT.search(text):
        return Fate.ALIVE
    if any(_CONTRARY.match(found) for found in statuses):
        return Fate.ALIVE
    if _VANISHED.search(text) or "5.1.2" in statuses:
        return Fate.VANISHED
    if statuses & DEAD or _DEAD.search(text):
        return Fate.DEAD
    return Fate.ALIVE


def reply_code(text: str) -> str:
    """The three digits of the server's refusal, or nothing."""
    found = _REPLY.search(text)
    return found[1] if found else ""


def first_status(text: str) -> str:
    """The first enhanced code of a failure in a text, or nothing."""
    found = _STATUS.search(text)
    return found[0] if found else ""


_STATUS: Final = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_REPLY: Final = re.compile(r"(?<![\d.\[])([45][0-5]\d)(?=[ \-#:])")
_GENERIC: Final = re.compile(r"5\.(0\.\d+|\d\.0)$")  # "something failed": Exim writes 5.0.0 for everything
_CONTRARY: Final = re.compile(
    r"5\.(1\.[78]|2\.[2-9]|3\.\d+|6\.\d+|7\.\d+)$"
)  # the sender, full, system, content, policy
_HOST: Final = re.compile(r"\bhost \S+ said:", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"""<[^<>\s]*@[^<>\s]*>|(?<![^\s(["':,])[^\s<>(["':,@]{1,64}@[\w.-]+""")
"""What hosts and people are called (`spam-filter.example`, `<no.policy@...>`) says nothing of what became of a letter."""

_NOBODY: Final = r"(?:user|recipient|mailbox|address|addressee|account|e-?mail|destinataire)"
_DEAD: Final = re.compile(
    rf"""
      {_NOBODY}(?:\ name|\ address|\ account)?[\s)]*\s(?:is\s+|was\s+)?(?:unknown|not\ found|not\ known|not\ exist|not\ present|invalid|non-?existent)
    | {_NOBODY}\b[^.;]{{0,80}}\b(?:does\ ?n[o']t|do\ not)\ exist
    | {_NOBODY}[^.;]{{0,80}}\bno\ longer\ (?:exists|valid|available|accepts)
    | (?:unknown|no\ such|invalid|non-?existent|bad)\s+(?:local\ )?(?:{_NOBODY}|person|local[\ -]?part)
    | unknown\ or\ illegal\ (?:alias|user) | unknown\ virtual\ user | non\ existent\ user | userunknown | invalid-recipient
    | no\ mail\ box\ available\ for | not\ in\ my\ validrcptto | not\ an\ active\ address | destination\ addresses\ were\ unknown
    | in\ name\ directory | nessun\ utente | no\ existe\ (?:dicha|es[ae]|tal)\b
    | no\ (?:mailbox|account|user)\ (?:here\ )?(?:by|with|of)\ that\ name
    | no\ (?:valid\ recipients|mailbox\ found|one\ at\ this\ address)
    | not\ a\ (?:valid|known|local)\ (?:{_NOBODY}|mailbox)
    | is\ not\ a\ (?:known|valid|local|registered)\ (?:{_NOBODY})
    | doesn'?t\ have\ an?\ [\w.-]+\ account
    | recipientnotfound | recipnotfound | badrcptto
    | 5\.1\.0\ address\ rejected
    | 5\.4\.1\s+(?:\[[^\]]*\]:?\s+)?recipient\ address\ rejected:\ access\ denied
    | (?:adresse|destinataire|utilisateur|bo[iî]te|compte)\b[^.;]{{0,60}}\b(?:inconnue?|invalide|inexistante?|introuvable|n.existe\ (?:pas|plus))
    | mailbox\ unavailable\ \(S2017062302\)
    | (?:no\ such|unknown)\ address(?!\ error) | (?:have\ no|no)\ mailbox\ for\ (?:that|this) | no\ user\ by\ that\ name
    | {_NOBODY}\b[^.;]{{0,40}}\bno\ longer\ on\ (?:this\ )?server | not\ listed\ in\ domino\ directory
    | does\ not\ accept\ mail | null\ ?mx | indicated\ no\ smtp\ service
    | aucune?\ (?:utilisateur|bo[iî]te|compte|adresse)\b
    | (?:user|recipient|mailbox)\ has\ moved
    | {_NOBODY}\b[^.;]{{0,60}}\b(?:could\ ?n[o'’]t\ be|was\ ?n[o'’]t)\ found
    | (?:benutzer|empf(?:ä|ae)nger|adresse|postfach)\b[^.;]{{0,40}}\b(?:unbekannt|existiert\ nicht|nicht\ gefunden) | unbekannter\ (?:benutzer|empf)
    | (?:usuario|destinatario|buz[oó]n|cuenta|direcci[oó]n|utente|casella|indirizzo)\b[^.;]{{0,40}}\b(?:no\ existe|non\ esiste|desconocid|sconosciut|inesistente|inexistente)
    | (?:gebruiker|geadresseerde|ontvanger|adres|postbus)\b[^.;]{{0,40}}\b(?:onbekend|bestaat\ niet) | onbekende?\ (?:gebruiker|ontvanger)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""5.4.1 "Access denied" is how Microsoft 365 refuses those who are not in the directory (directory-based edge blocking), and
S2017062302 is Outlook.com's number for a mailbox that there is not. Cisco's "Unknown address error" is said of every refusal."""

_VANISHED: Final = re.compile(
    r"""
      host\ or\ domain\ name\ not\ found(?!.{0,200}try\ again)
    | (?:unknown|no\ such)\ (?:host|domain)\b | host\ unknown
    | domain\ (?:name\ )?(?:[\w.-]+\ )?(?:does\ not\ exist|not\ found) | nxdomain | non-?existent\ (?:domain|hosts?)
    | unroute?able\ (?:mail\ )?(?:address|domain)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

_INNOCENT: Final = re.compile(
    r"""
      \b(?:over\s?quota|quota|(?:mail)?folder\ is\ full|exceed(?:s|ed|ing)?\b[^.;]{0,30}\bstorage|(?:mailbox|inbox|folder)\ (?:is\ )?full|full\ mailbox|insufficient\ storage)\b
    | \bstorage\ (?:space|limit)|\bexceeds\b[^.;]{0,20}\bsize|\b(?:disk\ space|space\ left|space\ has\ been\ used)\b|\b(?:out\ of|over)\ [^.;]{0,20}\b(?:space|limit)\b
    | \b(?:pleine?|satur[eé]e?|voll|[uü]berf[uü]llt|llen[oa]|pien[oa])\b
    | \b(?:spam|junk|virus|malware|phish\w*|blacklist\w*|blocklist\w*|block\ list|spamhaus|reputation|gr[ae]ylist\w*|advertis\w+)\b
    | \b(?:banned|policy|unsolicited|dmarc|spf|dkim)\b | blocked\b | \b(?:message|mail)\ content\b
    | \b(?:relay(?:ing)?\ (?:access\ )?(?:is\ )?(?:denied|not\ permitted|prohibited)|unable\ to\ relay)
    | \b(?:rate\ limit\w*|too\ many|throttl\w+|temporar\w+|try\ (?:again|later)|timed?\ ?out|connection\ refused|no\ route\ to\ host|loops?)\b
    | \b(?:batv|backscatter|null\ sender|empty\ (?:envelope\ )?sender\w*|allowed\ rcpthosts?)\b | \brefuses?\ to\ (?:receive|accept)
    | \b(?:user\ rules|recipient\ preferences|protected\ by|no\ relaying|relay\ denied|handle\ mail\ for)\b
    | \b(?:unknown|invalid|bad|unverified)\ sender | emetteur | \b(?:call-?out|call-?back)\b
    | \bsender(?:['’]s)?\b[^.;]{0,40}\b(?:reject\w+|denied|refused|invalid|unknown|fail\w*|n[o']t\ (?:exist|found|allowed|valid|verified))\b
    | \b(?:mail\ from|return-?path|from\ address)\b:?[^.;:]{0,40}\b(?:reject\w+|denied|invalid|unknown|n[o']t\ (?:exist|found|allowed|valid))\b
    | \b(?:exp[eé]diteur|[eé]metteur)\b[^.;]{0,40}\b(?:inconnue?|invalide|refus|rejet|n.existe|interdit)
    | \b(?:helo|ehlo|ptr|rdns|reverse\ (?:dns|lookup|hostname)|authentication)\b
    | \b(?:disabled|suspend\w+|frozen|terminated|inactive|deactivated|locked|archived|expired|d[eé]sactiv\w+|bloqu\w+|archiv[eé]e?|gesperrt|deaktiviert|bloccat[oa]|disattivat[oa])\b
    | \bmay\ not\ (?:exist|have\ permission) | \bnot\ (?:currently\ |presently\ )?accepting\b
    | too\ (?:large|big) | size\ limit
    """,
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
"""Full, judged as spam, refused by policy, slow, or our own fault: the person is still there."""
