"""Every value that a template of a message may ask for."""

ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36"
# Of a code; and, where the message carries one, of its link.
WHATEVER = {
    "purpose": "recovery",
    "key_id": "k1",
    "challenge": "00" * 16,
    "sent": 1,
    "link": "00" * 16,
    "browser": ANDROID,
    "ip": "2001:db8::7",
    "minutes": 10,
    "hours": 48,
    "most": 5,
    "other": 2,
    "replaced": True,
    "extended": True,
    "same": 1,
    "left": 9,
    "left_out": False,
    "by_entity": False,
    "out_of_use": False,
    "represents": True,
    "waits": True,
    "petition": 7,
    "days": 60,
    "reason": "La vigencia de poder está vencida",
    "what": "closed",
    "until": "2027-11-29T10:00:00+00:00",
    "user": "1-40000011",
    "first_access": "00" * 16,
    "nombres": "Elena Yupanqui Imaginaria",
    "identidad": "RUC ••••••••028",
    "represented_by": "DNI •••••011",
    "accepted": [
        {
            "text": "terminos",
            "titulo": "Términos",
            "version": "1",
            "sha256": "0" * 64,
            "at": "hoy",
            "ip": "::1",
        }
    ],
    "new": "r••••••@example.com",
}
