"""What is read by those whose systems deposit, and by those who annul."""

SYSTEMS = {
    "deposit.other_body": (
        "La clave de idempotencia «{key}» ya se usó con otros datos: no se depositó nada. Use otra "
        "clave, o repita el pedido tal como lo envió."
    ),
    "deposit.missing": "No hay una notificación con ese número o código. Revíselo.",
    "constancia.waits": "Se está sellando. Pídala otra vez en un momento.",
    "constancia.damaged": (
        "El PDF guardado no es el que se selló: no se entrega. Avise a quien administra la casilla "
        "de la entidad."
    ),
    "datos.wrong": "El dato «{field}» no vale: {why} No se guardó nada.",
    "datos.malformed": "{said}",
    "datos.large": "{name} pasa de {most} bytes: no se depositó nada. ¿Es el archivo de los datos?",
    "datos.procedure": (
        "El archivo de datos dice el procedimiento «{said}» y --procedimiento otro: no se depositó "
        "nada. Deje uno."
    ),
    "datos.alone": (
        "Con --datos los datos salen del archivo: solo pueden ir con él --acto, --anexo, "
        "--procedimiento y --de-nuevo."
    ),
    "datos.no_json": "No es JSON.",
    "datos.not_utf8": "No está en UTF-8, o empieza con una marca (BOM). Va en UTF-8 y sin ella.",
    "datos.twice": "Está dos veces.",
    "datos.missing": "Falta.",
    "datos.extra": "No es un dato de un depósito. Quítelo.",
    "datos.empty": "Está vacío.",
    "datos.long": "Pasa de {most} caracteres. Acórtelo.",
    "datos.too_long": "Pasa de {max_length} caracteres. Acórtelo.",
    "datos.unreadable": "Tiene caracteres que no se pueden mostrar. Escríbalo otra vez.",
    "datos.text": "Debe ser un texto.",
    "datos.number": "Debe ser un número entero, sin comillas.",
    "datos.yes_no": "Debe ser true o false.",
    "datos.least": "Debe ser {ge} o más.",
    "datos.most": "Debe ser {le} o menos.",
    "datos.one_of": "Use uno de estos: {expected}.",
    "datos.day": "Debe ser una fecha, como 2026-03-09.",
    "datos.year": "El año debe estar entre 1900 y 2199.",
    "datos.moment": "Debe ser una fecha, como 2026-03-09, o como 2026-03-09T16:30:00-05:00.",
    "datos.sha256": "Deben ser 64 cifras hexadecimales.",
    "datos.many": "Se admiten {max_length} como máximo.",
    "datos.object": "Debe ser un objeto, entre llaves.",
    "datos.list": "Debe ser una lista, entre corchetes.",
    "datos.remedies": (
        "Diga los recursos que proceden en «recursos» o, si no procede ninguno, por qué en "
        "«sin_recursos»: uno de los dos."
    ),
    "datos.parts": "Los datos anuncian {said} y llegaron {came}. Deben ser los mismos.",
    "datos.odd": "No vale.",
    "api_key.name": "«{name}» es el nombre de este mismo programa. Elija otro para el sistema.",
    "api_key.scope": "No hay un permiso «{typed}»: son depositar, anular y leer.",
    "api_key.past": "Esa fecha ya pasó: no se creó la clave. Diga una que esté por venir.",
    "api_key.unknown": (
        "No hay una clave {id} sin retirar: no cambió nada. Vea las que hay con «casilla "
        "claves-api lista»."
    ),
    "api_key.invalid": "La clave no vale. Pida una a quien administra la casilla de la entidad.",
    "annulment.other": (
        "Esa notificación ya se anuló, con otro motivo o con otro reemplazo: no se cambió nada."
    ),
    "annulment.replacement": (
        "El reemplazo debe ser otra notificación, sin anular, de la misma casilla: no se anuló "
        "nada. Deposítela primero y use su número."
    ),
    "postponement.annulled": "Esa notificación está anulada: no se cambió ningún plazo.",
    "postponement.no_term": (
        "Esa notificación no tiene un plazo que se haya declarado al depositarla: no se cambió "
        "nada."
    ),
    "postponement.extended": (
        "El plazo de esa notificación ya se prorrogó, y se puede una sola vez: no se cambió nada."
    ),
    "postponement.over": "El plazo de esa notificación ya venció: no se cambió nada.",
    "postponement.not_later": (
        "Con eso nada empezaría ni vencería más tarde que ahora: no se cambió nada."
    ),
    "postponement.unit": (
        "Un plazo en horas se prorroga en horas, y uno en días, meses o años, en una de esas "
        "unidades: no se cambió nada."
    ),
    "postponement.rule": (
        "Las hojas de hoy ya no tienen la regla o el calendario con que se calculó: no se cambió "
        "nada. Avise a quien las edita."
    ),
    # Titles of problems, one for each status.
    "problem.malformed": "Petición mal formada",
    "problem.key": "Clave no válida",
    "problem.scope": "Sin permiso",
    "problem.missing": "No existe",
    "problem.method": "Método no admitido",
    "problem.slow": "Petición sin terminar",
    "problem.conflict": "No coincide con lo que hay",
    "problem.large": "Demasiado grande",
    "problem.type": "Tipo de contenido no admitido",
    "problem.data": "Datos no válidos",
    "problem.limit": "Demasiadas peticiones",
    "problem.unexpected": "Error inesperado",
    "problem.busy": "Servicio ocupado",
    # What they say, where nothing else does.
    "api.no_key": "Falta la cabecera «Authorization: Bearer CLAVE».",
    "api.no_scope": "La clave no tiene el permiso «{scope}». Pida una que lo tenga.",
    "api.no_address": "En esta dirección no hay nada. Vea las que hay en {document}.",
    "api.no_method": "Esta dirección no admite {method}.",
    "api.idempotency": (
        "Falta la cabecera «Idempotency-Key», o no es de 1 a 200 letras, cifras y signos sin "
        "espacios: no se depositó nada."
    ),
    "api.no_multipart": "El cuerpo debe ser «multipart/form-data»: no se depositó nada.",
    "api.no_json": "El cuerpo debe ser «application/json»: no se hizo nada.",
    "api.multipart": "El cuerpo está incompleto o mal formado: no se depositó nada.",
    "api.part": "No es una parte de un depósito, o está dos veces: van «datos», «acto» y «anexo».",
    "api.no_part": "Falta esta parte.",
    "api.malformed": "La petición no se entiende.",
    "api.slow": "La petición tardó demasiado en llegar. Envíela otra vez.",
    "api.large": "El cuerpo pasa de {most} bytes: no se hizo nada.",
    "api.no_identidad": "Eso no es una identidad, como DNI-40000001 o RUC-20999999906.",
    "api.reference": "«referencia» debe tener de 1 a {most} caracteres.",
    "api.cursor": "«desde» no es un cursor: use el «siguiente» de la respuesta anterior.",
    "api.amount": "«limite» debe ser un número de 1 a {most}.",
    "api.state": "«estado» debe ser depositada, leida o anulada.",
    "api.host": "Este servicio está en {origin}.",
    "api.limit": "Su clave hizo demasiadas peticiones. Espere lo que dice la cabecera Retry-After.",
    "api.under_way": "Su clave ya envía varios depósitos a la vez. Repita cuando alguno termine.",
    "api.crowded": "Llegan demasiados depósitos a la vez: este no se leyó. Espere y repítalo.",
    "api.busy": (
        "El servicio está ocupado. Repita la petición; si deposita, con la misma clave de "
        "idempotencia: lo que ya se hizo no se hace otra vez."
    ),
    "api.full": "El servicio no tiene dónde guardar más: no se depositó nada. Avise a la entidad.",
    "api.unexpected": "Algo falló. Diga a la entidad el pedido {reference}.",
    "api.worthless": "SIN VALOR LEGAL",
}
