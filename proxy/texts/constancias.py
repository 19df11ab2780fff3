"""What a constancia says on paper, beside what it states, and what is said of one that is shown."""

CONSTANCIAS = {
    "constancia.deposito.title": "Constancia de notificación electrónica",
    "constancia.lectura.title": "Constancia de lectura",
    "constancia.alerta.title": "Constancia de alerta",
    "constancia.alerta_fallida.title": "Constancia de alerta no entregada",
    "constancia.vencimiento.title": "Constancia de vencimiento del acuse",
    "constancia.incidencia.title": "Constancia de incidencia",
    "constancia.anulacion.title": "Constancia de anulación",
    "constancia.afiliacion.title": "Constancia de afiliación a la casilla",
    "constancia.revocacion.title": "Constancia de revocación del consentimiento",
    "constancia.dear": "Estimada(o) usuaria(o):",
    "constancia.deposito": (
        "La entidad acredita que depositó en su casilla electrónica la notificación descrita "
        "abajo, el {at}. Desde ese instante está a su disposición, la abra o no."
    ),
    "constancia.lectura": (
        "La entidad acredita que {who} abrió en la casilla electrónica, el {at}, la notificación "
        "descrita abajo."
    ),
    "constancia.lectura.owner": "su titular, {name},",
    "constancia.lectura.representative": "quien representa a su titular, {name},",
    "constancia.alerta": (
        "La entidad acredita que avisó de la notificación descrita abajo por {channel}, y que el "
        "servicio de mensajes recibió la alerta el {at}. La alerta no es la notificación ni lleva "
        "su contenido: la notificación es la que está en la casilla."
    ),
    "constancia.alerta_fallida": (
        "La entidad acredita que no pudo avisar por {channel} de la notificación descrita abajo. "
        "La notificación sigue depositada en la casilla: la alerta no la reemplaza."
    ),
    "constancia.vencimiento": (
        "La entidad acredita que pasaron los días que la regla espera y que nadie abrió en ellos "
        "la notificación descrita abajo."
    ),
    "constancia.vencimiento.reason": (
        "Nadie la abrió en los días que la regla da para abrirla, que terminaron al final del "
        "{day} ({official})."
    ),
    "constancia.incidencia": (
        "La entidad acredita que algo impidió entregar la notificación descrita abajo, o una parte "
        "de ella."
    ),
    "constancia.incidencia.missing": "El archivo «{name}» no estaba donde se guardó.",
    "constancia.incidencia.unreadable": "El archivo «{name}» no se podía leer.",
    "constancia.incidencia.changed": (
        "Los bytes guardados del archivo «{name}» no eran los que se depositaron."
    ),
    "constancia.anulacion": (
        "La entidad acredita que anuló la notificación descrita abajo, el {at}. Lo que se depositó "
        "no se borra: sigue en la casilla, con esta constancia."
    ),
    "constancia.afiliacion": (
        "La entidad acredita que el {at} se abrió la casilla electrónica de la persona indicada "
        "abajo, que aceptó estos textos para recibir ahí sus notificaciones."
    ),
    "constancia.power.register": "Lo dice el registro de personas jurídicas",
    "constancia.power.declared": "Poder declarado bajo juramento",
    "constancia.revocacion": (
        "La entidad acredita que el {at} la persona indicada abajo retiró su consentimiento para "
        "ser notificada en su casilla electrónica. Lo que ya se depositó sigue en ella."
    ),
    "constancia.revocacion.none": (
        "Ninguno: la casilla la abrió la entidad, sin una aceptación anotada en ella"
    ),
    # What an owner is told before leaving, and its constancia repeats.
    "leaving.ends": (
        "Retira su consentimiento para que {the} {siglas} lo notifique en su casilla electrónica: "
        "desde ese momento no se deposita nada más en ella."
    ),
    "leaving.stays": (
        "Lo que ya se depositó sigue valiendo, y sus plazos siguen corriendo, lo lea o no."
    ),
    "leaving.unread": "Le falta leer {many}.",
    "leaving.reads": (
        "Puede ingresar, leer y descargar todo lo que tiene hasta el {until}. Descárguelo antes: "
        "después ya no podrá ingresar."
    ),
    "leaving.after": (
        "{The} {siglas} lo notificará por los demás medios que fija la ley, como la entrega en el "
        "domicilio que usted indicó en cada procedimiento. Manténgalo al día ahí."
    ),
    "leaving.back": (
        "Si quiere volver a recibir notificaciones en su casilla, llame al {phone} ({contact}): "
        "después de comprobar quién es, se abre otra vez, con todo lo que tenía."
    ),
    "constancia.effect": (
        "Surte efecto el {effective}, y los plazos se cuentan desde el {starts}.{ends} Abajo está "
        "la cuenta, paso a paso y con su norma."
    ),
    "constancia.effect.waits": (
        "Si no la abre antes, surte efecto el {effective}, y los plazos se cuentan desde el "
        "{starts}.{ends} Si la abre antes, pueden correr desde antes. Abajo está la cuenta, paso a "
        "paso y con su norma."
    ),
    "constancia.effect.ends": " El plazo vence el {ends}{closes}.",
    "constancia.effect.none": "De esta notificación no se calculó desde qué día surte efecto.",
    "constancia.test": "SIN VALOR LEGAL: constancia de prueba",
    "constancia.demonstration": "SIN VALOR LEGAL: sello de demostración",
    "constancia.sealed": (
        "Sellada electrónicamente por {holder}. Certificado {serial}, emitido por {by}, válido del "
        "{since} al {until}. Cualquier cambio rompe el sello: su lector de PDF lo muestra en el "
        "panel de firmas."
    ),
    "alerta.came_back": "Devuelto por un servidor de correo: {said}",
    "alerta.is_late": "Demorado en un servidor de correo: {said}",
    "alerta.why.bounced": (
        "El servidor de correo la recibió y después se informó que no llegó. {said}"
    ),
    "alerta.why.lost": "No salió en {many} intentos. El último: {said}",
    "constancia.factor.password": "contraseña",
    "constancia.factor.code": "código de un solo uso",
    "constancia.field": "Sello electrónico de la entidad",
    "constancia.check": "Compruébela en",
    "constancia.qr": "Código QR que lleva a {url}",
    "constancia.attached": (
        "Lo mismo que dice esta constancia, para programas: JSON canónico (RFC 8785)"
    ),
    "constancia.attached.says": (
        "Adjunto a este PDF va constancia.json: lo mismo que se lee aquí, para programas, con las "
        "direcciones completas."
    ),
    "constancia.unreadable": (
        "Este archivo no es una constancia que se pueda leer: está incompleto, dañado o no es un "
        "PDF. Pida otra copia."
    ),
    "constancia.unsealed": (
        "Este archivo no tiene sello y no prueba nada. Pida la constancia sellada."
    ),
    "constancia.added": (
        "La constancia no está como se selló: alguien le agregó algo después. No la acepte; pida "
        "otra copia."
    ),
    "constancia.changed": (
        "La constancia no es la que se selló: alguien la cambió después. No la acepte; pida otra "
        "copia."
    ),
    "constancia.other": (
        "A este archivo no lo selló esta entidad, sino «{who}». Si ese certificado es de la "
        "entidad, diga con --certificados dónde está."
    ),
    "constancia.unconfirmed": (
        "La constancia trae la hora de una autoridad de tiempo que aquí no se conoce, «{who}»: no "
        "está confirmada, y cualquiera pudo ponerla. Si es la de la entidad, diga con --tsa el "
        "archivo con su certificado."
    ),
    "constancia.out_of_date": (
        "La constancia dice que se selló cuando el certificado no valía (valió del {since} al "
        "{until}). No la acepte; pida otra copia."
    ),
    "constancia.strange": (
        "Este archivo tiene el sello de la entidad, pero no es una constancia que este programa "
        "conozca. Pida otra copia, o use la versión más nueva del programa."
    ),
}
