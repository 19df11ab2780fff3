"""The catalogue of what the audit records. Names follow the OWASP logging vocabulary."""

from enum import StrEnum


class Event(StrEnum):
    LOGIN_FAILED = "authn_login_fail"  # wrong password, or an identidad without a casilla
    LOGIN_LIMITED = "excess_rate_limit_exceeded"  # too many tries, of a password or of a code
    CODE_SENT = "authn_token_created"  # a token digital left for the owner's mailbox
    CODE_FAILED = "authn_token_fail"  # a wrong or late token digital
    CODE_DISAVOWED = "authn_token_revoked"  # the owner said that the login was not theirs
    SESSION_STARTED = "session_created"
    SESSION_ENDED = "session_ended"  # by the owner, or by a sixth session
    CASILLA_OPENED = "user_created"
    PASSWORD_CHANGED = "authn_password_change"  # by its owner: recovered, first chosen, changed
    PASSWORD_DISAVOWED = "authn_password_revoked"  # the owner said that the change was not theirs
    PASSWORD_RESTORED = "password_restored"  # the entity forgot the wrong ones for its owner
    NOTIFICACION_DEPOSITED = "notificacion_deposited"
    MESSAGE_LOST = "message_given_up"  # every attempt to send it failed until it was of no use
    NOTIFICACION_READ = "notificacion_read"  # the owner pressed «Ver» for the first time
    FILE_SERVED = "sensitive_read"  # an acto or an anexo was downloaded
