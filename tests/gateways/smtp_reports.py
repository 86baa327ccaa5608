"""Reports as mail servers write them (RFC 3464, RFC 5965), with whatever is to be tried in them."""

LETTER = "Subject: Crue\r\n\r\nMontez"


def report(status: str, said: str, *, action: str = "failed", quoted: str = LETTER) -> bytes:
    """A delivery report about one recipient; `quoted` is the letter that it returns."""
    diagnostic = f"Diagnostic-Code: smtp; {said}\r\n" if said else ""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.peer.example>\r\nSubject: Undelivered Mail\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="REPORT"\r\n\r\n'
        "--REPORT\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\r\n"
        "--REPORT\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.peer.example\r\n\r\n"
        f"Final-Recipient: rfc822; m@peer.example\r\nAction: {action}\r\nStatus: {status}\r\n{diagnostic}\r\n"
        f"\r\n--REPORT\r\nContent-Type: message/rfc822\r\n\r\n{quoted}\r\n\r\n--REPORT--\r\n"
    ).encode()


def returned(subject: str, text: str) -> bytes:
    """A report for people alone."""
    return f"From: MAILER-DAEMON@mx.peer.example\nSubject: {subject}\n\n{text}\n".encode()


def complaint(kind: str, quoted: str = LETTER) -> bytes:
    """A feedback report."""
    return (
        "From: feedback@peer.example\r\nSubject: FW: Crue\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="REPORT"\r\n\r\n'
        "--REPORT\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
        f"--REPORT\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n\r\n"
        f"--REPORT\r\nContent-Type: message/rfc822\r\n\r\n{quoted}\r\n--REPORT--\r\n"
    ).encode()
