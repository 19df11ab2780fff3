"""What is told to who runs the service, by code: its commands, its settings, its files."""

OPERATION = {
    "keys.exist": (
        "Ya hay un archivo de claves en {path} y no se toca: sin él nadie puede ingresar."
    ),
    "keys.missing": (
        "Falta el archivo de claves {path}. Ejecute «casilla migrar» si la instalación es nueva; "
        "si no lo es, recupérelo de su respaldo."
    ),
    "keys.other": (
        "{path} no es el archivo de claves de esta base de datos. Traiga el que se respaldó con "
        "ella, o corrija CASILLA_KEYS_FILE o CASILLA_DATABASE_URL."
    ),
    "keys.exposed": "Otros usuarios pueden leer {path}. Ejecute: chmod 600 {path}",
    "keys.damaged": "El archivo de claves {path} está dañado. Recupérelo de su respaldo.",
    "keys.weak": "En {path} hay una clave débil. Cada clave debe tener 32 bytes al azar.",
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
        "La clave {id} no se retiró: {many} ingresado desde que se agregó la nueva, y sin la "
        "antigua su contraseña no sirve. Espere a que ingresen. Con --forzar se retira igual, y "
        "para ingresar usarán «RECUPERAR CLAVE»."
    ),
    "keys.links": (
        "La clave {id} no se retiró: con ella salieron enlaces o códigos que sirven hasta el "
        "{until}. Espere hasta entonces. Con --forzar se retira igual, y ya no sirven, tampoco los "
        "de deshacer un cambio."
    ),
    "keys.stuck": (
        "La clave {id} no se retiró: {many} sellar otra vez. Recupere de un respaldo lo dañado."
    ),
    "audit.changed": (
        "La auditoría no está completa: la fila {id}{at} no es la que se escribió. "
        "Alguien la cambió, la movió o la agregó. Compárela con su última exportación."
    ),
    "audit.missing": (
        "La auditoría no está completa: antes de la fila {id}{at} alguien quitó una o más. "
        "Compárela con su última exportación."
    ),
    "audit.inserted": (
        "La auditoría no está completa: alguien agregó la fila {id}{at}. "
        "Compárela con su última exportación."
    ),
    "audit.cut": (
        "La auditoría no está completa: falta el final, desde la fila {id}{at}. "
        "Recupérelo de un respaldo y compárelo con su última exportación."
    ),
    "audit.end": (
        "La auditoría no está completa: después de la fila {id}{at} alguien quitó filas o cambió "
        "la marca del final. Compárela con su última exportación."
    ),
    "audit.key": (
        "No se puede verificar la fila {id}{at}: su clave no está en el archivo de claves. "
        "Recupere ese archivo de un respaldo; si la clave nunca existió, la fila es ajena."
    ),
    "audit.day": "«{typed}» no es una fecha. Escríbala como 2026-03-09 o 2026-03-09T16:30.",
    "audit.unwritable": "No se puede escribir en {path}. Elija otro lugar con --archivo.",
    "demonstration.public": (
        "La demostración tiene contraseñas conocidas y solo se carga en su propia computadora: "
        "CASILLA_ORIGIN debe ser localhost."
    ),
    "settings.wrong": "La variable {name} no vale: {reason}",
    "settings.unknown": "Aviso: {name} no es un ajuste y no cambia nada{meant}",
    "settings.encoding": "El archivo .env no está en UTF-8. Guárdelo así y pruebe otra vez.",
    "schema.newer": (
        "Las tablas son de una versión más nueva de este programa. Instale esa versión, "
        "o restaure el respaldo que hizo antes de pasar a ella."
    ),
    "disk.full": "No queda espacio en el disco y no se guardó nada. Libere espacio y repita.",
    "path.wrong": "No se puede usar {path}: {reason}.",
    "database.other": "CASILLA_DATABASE_URL lleva a algo que no es una base de datos de SQLite.",
    "database.incomplete": (
        "A la base de datos le falta una tabla. Restaure el respaldo; no la vuelva a crear."
    ),
    "database.unwritable": "La base de datos no se puede escribir. Revise los permisos y el disco.",
    "database.down": "La base de datos no responde. Revise CASILLA_DATABASE_URL y pruebe otra vez.",
    "schema.old": (
        "Las tablas son de otra versión ({current}) y este programa necesita la {newest}. "
        "Ejecute «casilla migrar»."
    ),
    "port.taken": (
        "No se puede escuchar en {address}, puerto {port}: otro programa lo usa o falta permiso. "
        "Elija otro con --puerto."
    ),
    "site.missing": "Falta el sitio en {path}. Ejecute «casilla construir».",
    "site.profile": (
        "Aviso: el sitio se construyó con las reglas «{built}» y el servicio usa «{wanted}»: las "
        "guías dicen otra cosa. Ejecute «casilla construir» y reinicie."
    ),
    "documents.missing": (
        "Falta la carpeta de los documentos, {path}, o no se puede usar. Recupérela de su "
        "respaldo o corrija CASILLA_DOCUMENTS_URL."
    ),
    "site.not_plain": (
        "{path} no es un archivo sino un enlace o algo especial, y el sitio no lo publica. "
        "Quítelo o ponga en su lugar una copia, y ejecute «casilla construir»."
    ),
    "site.broken": "El sitio no se pudo construir y el anterior sigue en su lugar:\n{output}",
    "padron.identidad": (
        "La identidad no es correcta. Escriba 8 dígitos para un DNI, los 11 de la ficha para un "
        "RUC, o CE- o PAS- y el número."
    ),
    "padron.empty": "Falta el dato «{name}».",
    "padron.unreadable": (
        "El dato «{name}» pasa de {most} caracteres o tiene algunos que no se pueden mostrar. "
        "Escríbalo otra vez."
    ),
    "padron.sexo": "El dato «sexo» debe ser F o M.",
    "padron.day": "El dato «{name}» debe ser una fecha, como 2026-03-09 o 09/03/2026.",
    "csv.missing": "En la primera línea faltan estas columnas: {names}. Agréguelas.",
    "csv.columns": (
        "En la primera línea hay columnas repetidas o que no se usan. "
        "Deje solo las que hagan falta de estas: {names}."
    ),
    "csv.cells": "Tiene {found} datos y la primera línea tiene {wanted} columnas. Revísela.",
    "csv.quotes": "Las comillas no cierran. Revíselas.",
    "csv.encoding": "No está en UTF-8. Guarde el archivo como «CSV UTF-8».",
    "csv.long": "Pasa de {most} bytes: ¿le falta el fin de línea? Revísela.",
    "import.missing": "No se puede leer el archivo «{name}». Revise su ruta.",
    "import.repeated": "Esa identidad ya está en la línea {line}. Deje una sola.",
    "import.undone": (
        "No se importó nada: {faults}. Corrija el archivo, "
        "o use --seguir para importar las demás líneas."
    ),
    "import.left_out": (
        "Quedó fuera parte del archivo: {faults}. Corrija esa parte e impórtela después."
    ),
    "import.race": (
        "Alguien escribió al mismo tiempo sobre las mismas identidades. "
        "Ejecute otra vez el mismo comando."
    ),
    "sms.url": (
        "CASILLA_SMS_URL no se entiende. Escriba maildir:CARPETA o la dirección https del "
        "servicio de mensajes; http solo vale para esta misma máquina."
    ),
    "sms.body": (
        "CASILLA_SMS_BODY no sirve para {kind}. Escriba un cuerpo completo en JSON, XML o como "
        "formulario, con {{numero}} y {{texto}} en su lugar."
    ),
    "sms.places": (
        "El servicio de mensajes no recibiría a quién o qué enviar. Escriba dónde van {{numero}} "
        "y {{texto}} en CASILLA_SMS_BODY o en CASILLA_SMS_URL."
    ),
    "mail.url": (
        "CASILLA_MAIL_URL no se entiende. Escriba maildir:CARPETA, smtp://servidor:587 "
        "o smtps://servidor:465, con usuario:clave@ si hacen falta."
    ),
    "mail.folder": (
        "Aviso: los correos quedan en una carpeta de este servidor y nadie los recibe. "
        "Escriba su servidor de correo en CASILLA_MAIL_URL."
    ),
    "sms.folder": (
        "Aviso: los SMS quedan en una carpeta de este servidor y nadie los recibe. "
        "Escriba su servicio de mensajes en CASILLA_SMS_URL."
    ),
    "mail.elsewhere": (
        "Los correos salen por un servidor. Aquí solo se lee una carpeta local (maildir:)."
    ),
    "mail.missing": (
        "No hay un mensaje con el número {number}. Vea la lista con «casilla correo»."
    ),
}
