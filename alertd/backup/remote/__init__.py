"""Copies of the backups elsewhere, sealed as they are.

place   what is asked of a place: what is there, take this, give that, remove it
s3      S3-compatible storage, by Amazon's own library
sftp    an account by SFTP, by asyncssh
copies  what goes there, what is removed there, what comes back
"""
