"""What happened to a notificacion, in one sentence each, for its owner and for who sent it (X2)."""

TIMELINE = {
    "happened.deposited": "La depositó en la casilla: {dependencia}.",
    "happened.alerta": "Se escribió la alerta por {channel}{address}.",
    "happened.alerta_sent": "La alerta por {channel}{address} salió, y su servidor la aceptó.",
    "happened.alerta_tried": (
        "La alerta por {channel}{address} no pudo salir todavía. Se intentará otra vez."
    ),
    "happened.alerta_bounced": (
        "La alerta por {channel}{address} fue devuelta: no llegó a ese buzón."
    ),
    "happened.undelivered": "No se pudo avisar por {channel}{address}.",
    "happened.expired": "Pasaron los días que da su regla para abrirla, y nadie la abrió.",
    "happened.late_constancia": "La constancia {constancia} demora en sellarse.",
    "happened.alerta_lost": "La alerta por {channel}{address} no salió y ya no se intentará más.",
    "happened.read": "La abrió {who}.",
    "happened.files": "Se descargó: {files}.",
    "happened.took_constancia": "Se descargó la constancia {constancia}.",
    "happened.sealed": "Quedó sellada la constancia {constancia}.",
    "happened.annulled": "Se anuló: desde entonces no surte efecto.",
    "happened.incidencia": (
        "Se encontró que un archivo no estaba completo y se dejó de entregar: {files}."
    ),
    "happened.mended": "Se reparó y se entrega otra vez: {files}.",
    "happened.differs": (
        "El calendario cambió (versión {calendar}): con él surtiría efecto el {effective}. La "
        "notificación conserva sus fechas."
    ),
    "happened.same": (
        "El calendario cambió otra vez (versión {calendar}): con él las fechas son las mismas."
    ),
    "happened.extended": (
        "Se prorrogó el plazo {amount} ({norm}): vencía el {before} y ahora vence el {ends}. "
        "Motivo: {reason}."
    ),
    "happened.later": (
        "Se dispuso que el plazo corra desde más tarde ({norm}): corría desde el {before} y ahora "
        "corre desde el {starts}{ends}."
    ),
    "happened.later_ends": " y vence el {ends}",
    "happened.ended": "Venció el plazo.",
    "happened.often": " ({many} veces ese día)",
    "happened.to": " a {address}",
    "happened.email": "correo",
    "happened.sms": "SMS",
    "happened.owner": "su titular",
    "happened.representative": "su representante",
    "happened.acto": "el documento original",
    "happened.anexo": "el anexo {number}",
    "happened.anexos": "los anexos {numbers}",
}
