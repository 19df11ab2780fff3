"""The events that the record keeps. Names follow the OWASP logging vocabulary."""

from enum import StrEnum


class Event(StrEnum):
    RECORD_BEGUN = "record_begun"  # the first evento: it seals the end of the earlier audit
    LOGIN_FAILED = "authn_login_fail"  # wrong password, or an identidad without a casilla
    LOGIN_LIMITED = "excess_rate_limit_exceeded"  # too many tries, of a password or of a code
    CHALLENGE_MADE = "authn_challenge_created"  # a browser was asked for a code
    CODE_SENT = "authn_token_created"  # a token digital was sent
    CODE_FAILED = "authn_token_fail"  # a wrong or late token digital
    CODE_DISAVOWED = "authn_token_revoked"  # the owner said that the login was not theirs
    SESSION_STARTED = "session_created"
    SESSION_ENDED = "session_ended"  # its owner, one session too many, or what closes a casilla
    PROVED = "authn_reauthenticated"  # the owner typed the password again in an open session
    EMAIL_CHANGED = "user_email_change"  # the owner proved the new address
    EMAIL_CORRECTED = "user_email_reset"  # the entity did it: the owner lost the old mailbox
    PHONE_CHANGED = "user_phone_change"  # the owner proved a new number, or removed the old one
    SECOND_EMAIL_CHANGED = "user_second_email_change"  # proved, or removed: only alertas go there
    CHANGE_UNDONE = "user_change_revoked"  # the old address used the link «deshacer»
    EFFECT_DIFFERS = "effect_differs"  # a later calendar gives another date; the frozen one stands
    DEVICE_FORGOTTEN = "device_forgotten"  # by its owner, or after too many wrong passwords
    CASILLA_OPENED = "user_created"
    CASILLA_SUSPENDED = "user_suspended"  # the entity did it: nobody enters
    CASILLA_LIFTED = "user_reinstated"  # the entity opened it again
    CASILLA_CLOSED = "user_closed"  # the entity did it: nothing more is deposited
    CONSENT_REVOKED = "user_consent_revoked"  # its owner closed it: nothing more is deposited
    SESSIONS_REVOKED = "session_revoked"  # the entity ended all of a casilla
    LOGIN_SHUT = "authn_login_shut"  # its owner proved themself, and the casilla is shut
    COMPANY_WAITS = "registration_waiting"  # no register says who represents it: the entity decides
    COMPANY_APPROVED = "registration_approved"
    COMPANY_REJECTED = "registration_rejected"
    IDENTITY_CHECKED = "identity_check"  # RENIEC or SUNAT compared the data of a form
    RECOVERY_STARTED = "authn_recovery_start"  # somebody asked to recover a password
    LINK_SENT = "authn_link_created"  # a link to choose a password was sent
    PASSWORD_CHANGED = "authn_password_change"  # the owner recovered, first chose or changed it
    PASSWORD_DISAVOWED = "authn_password_revoked"  # the owner said that the change was not theirs
    PASSWORD_RESTORED = "password_restored"  # the entity cleared the count of wrong passwords
    PASS_MADE = "authn_pass_created"  # the entity let an identified owner past strangers' tries
    PASS_USED = "authn_pass_used"  # a browser counts as the owner's from now on
    PADRON_LOADED = "padron_loaded"  # records of the local register were added or replaced
    FACTOR_ON = "authn_factor_added"  # codes of an app replace mailed codes
    FACTOR_OFF = "authn_factor_removed"  # the owner turned it off with a code
    FACTOR_RESTORED = "authn_factor_reset"  # the entity did it: the owner lost app and codes
    RECOVERY_CODES_MADE = "authn_recovery_codes_created"  # ten new codes; older ones do not count
    RECOVERY_CODE_USED = "authn_recovery_code_used"
    PETITION_MADE = "two_person_requested"  # the entity asked for an act that a second person does
    PETITION_REFUSED = "two_person_refused"  # it was given up
    NOTIFICACION_DEPOSITED = "notificacion_deposited"
    NOTIFICACION_ANNULLED = "notificacion_annulled"  # of no effect from now on; it stays there
    DEPOSIT_REFUSED = "deposit_refused"  # a system's, whose key was good
    API_KEY_MADE = "api_key_created"  # `casilla claves-api crear`: a system deposits with it
    API_KEY_RETIRED = "api_key_revoked"  # it opens nothing from now on
    MESSAGE_WRITTEN = "message_created"  # an e-mail or SMS waits to leave
    MESSAGE_LOST = (
        "message_given_up"  # it expired unsent, or no message can be written to its address
    )
    ALERTA_SENT = "alerta_sent"  # a server took the message that announces a notificacion
    ALERTA_TRIED = "alerta_tried"  # none did, this time; or it waits at the server that took it
    ALERTA_BOUNCED = "alerta_bounced"  # it came back
    ALERTA_UNDELIVERED = "alerta_undelivered"  # nor did any other of its notificacion arrive
    NOTIFICACION_READ = "notificacion_read"  # the owner pressed «Ver» for the first time
    TERM_EXTENDED = "term_extended"  # the entity gave more time; its first dates stay written
    START_POSTPONED = "term_start_postponed"  # the entity lets the count begin later
    CONSTANCIA_SEALED = "constancia_sealed"  # its PDF is in the casilla
    CONSTANCIA_LATE = "constancia_late"  # ten minutes after its act it is not sealed
    ACUSE_EXPIRED = "acuse_expired"  # nobody opened it in the days that its rule waits
    FILE_SERVED = "sensitive_read"  # an acto, an anexo or a constancia was downloaded
    INCIDENCIA_FOUND = "incidencia_found"  # a stored file is not what was deposited
    INCIDENCIA_MENDED = "incidencia_mended"  # it is again
    CLOCK_BACK = "clock_set_back"  # what follows in line happened later than its instants say
    KEY_ADDED = "key_created"  # `casilla claves rotar`: it seals and signs from now on
    KEY_RETIRED = "key_retired"  # `casilla claves retirar`: nothing needs it any more
    AUDIT_EXPORTED = "audit_exported"  # somebody took a copy of the record
