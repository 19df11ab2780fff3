"""What is read by those who deposit and those who run the service."""

OPERATORS = {
    "casilla.unknown": "Esa identidad no tiene casilla: no se depositó nada. Revise el número.",
    "casilla.cerrada": (
        "Esa casilla está cerrada: no se depositó nada. Notifique a esa persona por otro medio."
    ),
    "casilla.suspendida": (
        "Esa casilla está suspendida y nadie la puede leer: no se depositó nada. Notifique a esa "
        "persona por otro medio, o deposite cuando se levante la suspensión."
    ),
    "casilla.suspended": "Esa casilla ya estaba suspendida: no se cambió nada.",
    "casilla.closed": "Esa casilla ya estaba cerrada: no se cambió nada.",
    "casilla.in_use": "Esa casilla no está suspendida ni cerrada: no se cambió nada.",
    "casilla.exists": "Esa identidad ya tiene una casilla: no se abrió otra.",
    "acto.empty": "Falta el dato «{label}»: no se depositó nada.",
    "acto.long": "El dato «{label}» pasa de {most} caracteres: no se depositó nada. Acórtelo.",
    "acto.unreadable": (
        "El dato «{label}» tiene caracteres que no se pueden mostrar: no se depositó nada. "
        "Escríbalo otra vez."
    ),
    "acto.day": "La {label} debe ser año-mes-día, como 2026-03-09: no se depositó nada.",
    "acto.moment": ("La {label} debe ser como 2026-03-09 o 2026-03-09T16:30: no se depositó nada."),
    "acto.future": "La {label} está en el futuro: no se depositó nada. Revísela.",
    "acto.not_pdf": "El acto debe ser un PDF y «{name}» no lo es: no se depositó nada.",
    "anexos.many": "Se admiten {most} anexos como máximo: no se depositó nada.",
    "deposit.again": (
        "Ese mismo acto, con ese número, ya está en esa casilla: se depositó el {at} y es {id}. No "
        "se depositó otra vez. Si debe notificarse de nuevo, use «casilla depositar» con "
        "--de-nuevo."
    ),
    "lot.wrong": "El dato «{field}» no vale: {why}",
    "lot.yes_no": "Escriba sí o no.",
    "lot.number": "Debe ser un número entero de días.",
    "lot.day": "Debe ser una fecha, como 2026-03-09 o 09/03/2026.",
    "lot.moment": "Debe ser una fecha, como 2026-03-09, 09/03/2026 o 09/03/2026 16:30.",
    "lot.term": (
        "Un plazo es una cantidad y una unidad (habiles, calendario, horas, meses o anios), como "
        "15 habiles."
    ),
    "lot.remedy": (
        "Cada recurso lleva tres partes: cuál, ante quién y en qué plazo, como Apelación | Pleno | "
        "15 habiles. Entre dos recursos va ||."
    ),
    "file.missing": "No se puede leer el archivo «{name}»: no se depositó nada. Revise su ruta.",
    "file.empty": "El archivo «{name}» está vacío: no se depositó nada.",
    "file.large": "El archivo «{name}» pasa de {most} MB: no se depositó nada.",
    "file.other_bytes": (
        "El archivo «{name}» no es el que anuncia su SHA-256 (el suyo es {sha256}): no se depositó "
        "nada. Envíelo otra vez, o corrija ese dato."
    ),
    "file.kind": (
        "El archivo «{name}» no es de un tipo que se admita ({kinds}): no se depositó nada. "
        "Guárdelo en uno de ellos, por ejemplo como PDF, y use ese."
    ),
    "file.not_of_kind": (
        "El archivo «{name}» está incompleto o no es {kind} por dentro: no se depositó nada. "
        "Ábralo, guárdelo otra vez y use ese."
    ),
    # The name of a file that is within another one: the sentences below say it of the inner one.
    "file.inside": "{inside}» que está dentro de «{name}",
    "file.broken": (
        "El archivo «{name}» está incompleto o dañado: no se depositó nada. Ábralo; si se ve bien, "
        "guárdelo o expórtelo otra vez y use ese."
    ),
    "file.locked": (
        "El archivo «{name}» pide una contraseña para abrirlo o imprimirlo: no se depositó nada. "
        "Use uno sin contraseña."
    ),
    "file.no_pages": "El archivo «{name}» no tiene ninguna página: no se depositó nada.",
    "file.heavy": (
        "El archivo «{name}» pide demasiada memoria o demasiado tiempo para leerlo: no se depositó "
        "nada. Divídalo, o expórtelo otra vez más liviano."
    ),
    "file.program": (
        "El archivo «{name}» es un programa o lleva uno: no se depositó nada. Quite el programa y "
        "deposite lo demás."
    ),
    "file.script": (
        "El archivo «{name}» es un PDF con JavaScript, que se ejecuta al abrirlo o al llenarlo: no "
        "se depositó nada. Imprímalo como PDF, fírmelo otra vez si estaba firmado, y use ese."
    ),
    "file.launch": (
        "El archivo «{name}» es un PDF que abre otro archivo o un programa: no se depositó nada. "
        "Quite esa acción o imprímalo como PDF, fírmelo otra vez si estaba firmado, y use ese."
    ),
    "file.macros": (
        "El archivo «{name}» tiene macros, o las trae de otro sitio al abrirlo: no se depositó "
        "nada. Guárdelo sin macros, o como PDF, y use ese."
    ),
    "file.packed": (
        "El archivo «{name}» lleva otros dentro y no se puede revisar: no se depositó nada. Saque "
        "de él los archivos y póngalos sueltos, o en un zip."
    ),
    "file.deep": (
        "Para llegar al archivo «{name}» hay que abrir demasiados, uno dentro de otro: no se "
        "depositó nada. Ponga los archivos en un solo zip."
    ),
    "casilla.none": "Esa identidad no tiene casilla. Revise el número.",
    # Whoever runs the service: its settings, files and keys.
    "keys.exist": (
        "Ya hay un archivo de claves en {path} y no se toca: sin él nadie puede ingresar."
    ),
    "keys.missing": (
        "Falta el archivo de claves {path}. Ejecute «casilla migrar» si la instalación es nueva; "
        "si no lo es, recupérelo de su respaldo."
    ),
    "keys.unreadable": (
        "No se puede leer el archivo de claves {path}. Ejecute el comando como el usuario del "
        "servicio, o como root."
    ),
    "keys.exposed": "Otros usuarios pueden leer {path}. Ejecute: chmod 600 {path}",
    "keys.damaged": "El archivo de claves {path} está dañado. Recupérelo de su respaldo.",
    "keys.weak": "En {path} hay una clave débil. Cada clave debe tener 32 bytes al azar.",
    "seal.missing": (
        "Falta el sello de las constancias, {path}. Recupérelo de su respaldo o corrija "
        "CASILLA_SEAL_FILE."
    ),
    "seal.unreadable": (
        "No se puede leer el sello {path}. Ejecute el comando como el usuario del servicio, o como "
        "root."
    ),
    "seal.exposed": "Otros usuarios pueden leer el sello {path}. Ejecute: chmod 600 {path}",
    "seal.damaged": (
        "El sello {path} está dañado, no es un archivo PKCS#12 con una clave y su certificado, o "
        "la contraseña de CASILLA_SEAL_PASSWORD no es la suya."
    ),
    "seal.key": (
        "El sello {path} no sirve: hace falta una clave RSA de {bits} bits o más, con su "
        "certificado. Pida uno así a su autoridad de certificación."
    ),
    "seal.expired": (
        "El certificado del sello venció el {at}: nada se sella, y todo queda guardado para "
        "sellarse después. Ponga el certificado renovado en CASILLA_SEAL_FILE y reinicie."
    ),
    "seal.early": (
        "El certificado del sello vale desde el {at}: hasta entonces nada se sella, y todo queda "
        "guardado. Revise la hora de este servidor."
    ),
    "seal.demonstration": (
        "Aviso: el sello de las constancias es de demostración y no tiene valor legal. Ponga el "
        "certificado de su entidad en CASILLA_SEAL_FILE."
    ),
    "seal.unremembered": (
        "No se puede escribir {path}, donde quedan los certificados que sellaron: sin él, «casilla "
        "constancia verificar» no reconocerá este sello. Dé al usuario del servicio permiso de "
        "escritura en esa carpeta."
    ),
    "seal.certificates": (
        "No se puede leer ningún certificado en {path}. Diga con --certificados dónde están los "
        "de la entidad, en PEM."
    ),
    "keys.unwritable": (
        "No se puede escribir {path}: no cambió nada. Ejecute el comando como el dueño de ese "
        "archivo, que también debe poder escribir en su carpeta."
    ),
    "keys.unknown": (
        "No hay una clave {id}: no cambió nada. Vea las que hay con «casilla claves lista»."
    ),
    "keys.newest": (
        "La clave {id} es la que está en uso y no se retira. Agregue antes otra con "
        "«casilla claves rotar»."
    ),
    "keys.passwords": (
        "La clave {id} no se retiró. Personas que no ingresaron desde que se agregó la nueva: "
        "{many}. Sin la antigua su contraseña no sirve. Espere a que ingresen. Con --forzar se "
        "retira igual, y para ingresar usarán «RECUPERAR CLAVE»."
    ),
    "keys.links": (
        "La clave {id} no se retiró: con ella salieron enlaces o códigos que sirven hasta el "
        "{until}. Espere hasta entonces. Con --forzar se retira igual, y ya no sirven, tampoco los "
        "de deshacer un cambio."
    ),
    "keys.stuck": (
        "La clave {id} no se retiró. Filas dañadas, que no se pueden sellar otra vez: "
        "{many}. Recupérelas de un respaldo."
    ),
    "site.missing": "Falta el sitio en {path}. Ejecute «casilla construir».",
    "site.not_plain": (
        "{path} no es un archivo sino un enlace o algo especial, y el sitio no lo publica. "
        "Quítelo o ponga en su lugar una copia, y ejecute «casilla construir»."
    ),
    "identidad.operator": (
        "La identidad no es correcta. Escriba 8 dígitos para un DNI, los 11 de la ficha para un "
        "RUC, o CE- o PAS- y el número, sin puntos ni espacios. Si viene de una hoja de cálculo, "
        "dele a esa columna formato de texto."
    ),
    "padron.empty": "Falta el dato «{name}».",
    "padron.unreadable": (
        "El dato «{name}» pasa de {most} caracteres o tiene algunos que no se pueden mostrar. "
        "Escríbalo otra vez."
    ),
    "padron.representatives": (
        "En «representantes» van documentos de personas, separados por espacios, y solo en la "
        "línea de una empresa."
    ),
    "padron.sexo": "El dato «sexo» debe ser F o M.",
    "padron.day": "El dato «{name}» debe ser una fecha, como 2026-03-09 o 09/03/2026.",
    "mail.url": (
        "CASILLA_MAIL_URL no se entiende. Escriba maildir:CARPETA, smtp://servidor:587 "
        "o smtps://servidor:465, con usuario:clave@ si hacen falta."
    ),
    "mail.elsewhere": (
        "Los correos salen por un servidor. Aquí solo se lee una carpeta local (maildir:)."
    ),
    "disk.full": "No queda espacio en el disco y no se guardó nada. Libere espacio y repita.",
    "database.other": "CASILLA_DATABASE_URL lleva a algo que no es una base de datos de SQLite.",
    "database.damaged": (
        "El archivo de la base de datos está dañado. No escriba más en él: recupérelo de su "
        "respaldo."
    ),
    "database.unopened": (
        "No se puede abrir el archivo de la base de datos. Revise CASILLA_DATABASE_URL y los "
        "permisos de su carpeta."
    ),
    "database.incomplete": (
        "A la base de datos le falta una tabla. Restaure el respaldo; no la vuelva a crear."
    ),
    "database.forbidden": (
        "El usuario de CASILLA_DATABASE_URL no tiene permiso para esto en la base de datos. "
        "Déselo, o use su dueño."
    ),
    "database.unwritable": "La base de datos no se puede escribir. Revise los permisos y el disco.",
    "database.busy": (
        "Otro programa tiene ocupada la base de datos y no se guardó nada. Espere a que termine y "
        "pruebe otra vez."
    ),
    "database.down": "La base de datos no responde. Revise CASILLA_DATABASE_URL y pruebe otra vez.",
    # What an operator reads in `/listo`, in the log and in the tries of a message.
    "error.unexpected": "error inesperado: {reference}",
    "site.nothing": "no está aquí",
    "ready.database": "no listo: la base de datos no responde",
    "ready.busy": "no listo: la base de datos está ocupada o no responde a tiempo",
    "ready.unwritable": "no listo: la base de datos no se puede escribir",
    "ready.documents": "no listo: falta la carpeta de los documentos",
    "ready.disk": "no listo: el disco no recibe más",
    "ready.mail": "hay mensajes atrasados",
    "ready.constancias": "hay constancias sin sellar desde hace más de diez minutos",
    "ready.files": "hay archivos dañados",
    "sent.folder": "hay un mensaje nuevo: léalo con «casilla correo»",
    "sent.gateway": "lo aceptó el servicio de mensajes",
    "unsent.sealed": "ninguna clave del llavero lo abre",
    "unsent.address": (
        "a esa dirección no se puede escribir: corríjala con «casilla cuentas correo»"
    ),
}
