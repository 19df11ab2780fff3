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
    PROVED = "authn_reauthenticated"  # who was inside gave the password again
    EMAIL_CHANGED = "user_email_change"  # the new address was proved, and counts
    EMAIL_CORRECTED = "user_email_reset"  # by the entity, for an owner who lost the old mailbox
    PHONE_CHANGED = "user_phone_change"  # the new number was proved, or the old one taken off
    CHANGE_UNDONE = "user_change_revoked"  # the address that was told said that it was not theirs
    DEVICE_FORGOTTEN = "device_forgotten"  # by its owner: that browser is a new one again
    CASILLA_OPENED = "user_created"
    IDENTITY_CHECKED = "identity_check"  # who registers was compared with RENIEC or SUNAT
    RECOVERY_STARTED = "authn_recovery_start"  # somebody asked to recover a password
    LINK_SENT = "authn_link_created"  # a link to choose a password left for the owner's mailbox
    PASSWORD_CHANGED = "authn_password_change"  # by its owner: recovered, first chosen, changed
    PASSWORD_DISAVOWED = "authn_password_revoked"  # the owner said that the change was not theirs
    PASSWORD_RESTORED = "password_restored"  # the entity forgot the wrong ones for its owner
    PADRON_LOADED = "padron_loaded"  # records of the local register were put in or replaced
    FACTOR_ON = "authn_factor_added"  # codes of an app in place of mailed ones
    FACTOR_OFF = "authn_factor_removed"  # by its owner, with a code
    FACTOR_RESTORED = "authn_factor_reset"  # by the entity, for an owner who lost app and codes
    RECOVERY_CODES_MADE = "authn_recovery_codes_created"  # ten new ones, and no older one counts
    RECOVERY_CODE_USED = "authn_recovery_code_used"
    NOTIFICACION_DEPOSITED = "notificacion_deposited"
    MESSAGE_LOST = "message_given_up"  # every attempt to send it failed until it was of no use
    NOTIFICACION_READ = "notificacion_read"  # the owner pressed «Ver» for the first time
    FILE_SERVED = "sensitive_read"  # an acto or an anexo was downloaded
    KEY_ADDED = "key_created"  # `casilla claves rotar`: what is new is sealed and signed with it
    KEY_RETIRED = "key_retired"  # `casilla claves retirar`: nothing hangs on it any more
    AUDIT_EXPORTED = "audit_exported"  # somebody took a copy of this table
