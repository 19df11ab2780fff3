"""The sentences that only the commands print, by code."""

OPERATION = {
    "keys.other": (
        "{path} no es el archivo de claves de esta base de datos. Traiga el que se respaldó con "
        "ella, o corrija CASILLA_KEYS_FILE o CASILLA_DATABASE_URL."
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
        "La auditoría no está completa: falta el final, desde la fila {id}{at}. Alguien lo quitó "
        "o puso una copia antigua. Si usted restauró un respaldo, lea «Auditoría y claves» en el "
        "manual."
    ),
    "audit.end": (
        "La auditoría no está completa: después de la fila {id}{at} alguien quitó filas o cambió "
        "la marca del final. Compárela con su última exportación."
    ),
    "audit.key": (
        "No se puede verificar la fila {id}{at}: su clave no está en el archivo de claves. "
        "Recupere ese archivo de un respaldo; si la clave nunca existió, la fila es ajena."
    ),
    "audit.gone": (
        "La auditoría no está completa: falta la fila {id}, y alguien la quitó. "
        "Compárela con su última exportación."
    ),
    "audit.astray": (
        "La auditoría no está completa: alguien quitó del registro el evento {id}, que ya no "
        "espera su lugar. Compárela con su última exportación."
    ),
    "audit.twice": (
        "La auditoría no está completa: el evento {id} tiene su lugar en el registro y figura otra "
        "vez entre los que esperan. Alguien lo puso ahí. Compárela con su última exportación."
    ),
    "audit.retired": (
        "La auditoría no está completa: la fila {id}{at} está sellada con una clave que ya se "
        "había retirado. Quien tiene esa clave la agregó. Compárela con su última exportación."
    ),
    "audit.waits": (
        "La auditoría no está al día. Eventos que esperan su lugar en el registro: {id}. El más "
        "antiguo{at}, espera desde hace más de un minuto. Revise que el trabajador esté en marcha "
        "y qué dicen sus registros, y ejecute otra vez este comando."
    ),
    "audit.guards": (
        "Las filas están completas, pero los disparadores de la base de datos no son los de este "
        "programa: alguien los cambió, quitó o agregó. Averigüe quién; guarde una copia de la base "
        "de datos y vuelva a un respaldo que los tenga."
    ),
    "audit.begun": (
        "La auditoría no está completa: la fila {id}{at} no continúa lo que anotó la versión "
        "anterior. Recupere la base de datos de un respaldo y compárela con su última exportación."
    ),
    "audit.mark": (
        "La auditoría no está completa: la fila {id}{at} no es la que dice la marca guardada junto "
        "a las claves. Alguien puso otra base de datos o una copia. Si usted restauró un respaldo, "
        "lea «Auditoría y claves» en el manual."
    ),
    "audit.no_deposit": (
        "La auditoría no está completa: la notificación {id} está en la casilla y falta el evento "
        "de su depósito. Compárela con su última exportación."
    ),
    "audit.no_reading": (
        "La auditoría no está completa: la notificación {id} figura como leída y falta el evento "
        "de su lectura. Compárela con su última exportación."
    ),
    "audit.served": (
        "La notificación {id} no es la que se depositó: su fecha, sus datos o sus archivos no son "
        "los que dice su evento. Alguien la cambió. Recupérela de un respaldo."
    ),
    "audit.read": (
        "La notificación {id} no dice cuándo se leyó como lo dice su evento. Alguien cambió o "
        "quitó esa fecha. Recupérela de un respaldo."
    ),
    "audit.annulled": (
        "La notificación {id} no dice si se anuló, cuándo o por qué como lo dice la auditoría. "
        "Alguien cambió, agregó o quitó la anulación. Recupérela de un respaldo."
    ),
    "audit.postponed": (
        "La notificación {id} no dice qué se prorrogó o aplazó en ella, o cuándo, como lo dice la "
        "auditoría. Alguien cambió, agregó o quitó una prórroga. Recupérela de un respaldo."
    ),
    "audit.unserved": (
        "Falta la notificación {id}, que según la auditoría se depositó en esa casilla. Alguien la "
        "quitó o la movió. Recupérela de un respaldo."
    ),
    "audit.constancia.added": (
        "La constancia {id}{at} está en la base de datos y ningún evento dice de ella: alguien la "
        "agregó o la movió a otra casilla, o quitó el evento de su acto. Compárela con su última "
        "exportación."
    ),
    "audit.constancia.changed": (
        "La constancia {id}{at} no es la que dice la auditoría: lo que acredita, o lo que se anotó "
        "de su sello, es otro. Alguien la cambió. Recupérela de un respaldo."
    ),
    "audit.constancia.gone": (
        "Falta la constancia {id}, que según la auditoría se escribió con su acto{at}. Alguien la "
        "quitó o la movió a otra casilla. Recupérela de un respaldo."
    ),
    "audit.constancia.pdf": (
        "La constancia {id}{at}: su PDF sellado no está en la carpeta de los documentos, o es "
        "otro. Recupérelo de un respaldo y cópielo ahí con el mismo nombre."
    ),
    "audit.earlier": (
        "Lo que se notificó y se leyó antes de que empezara este registro no es lo que había "
        "entonces: alguien lo cambió, o agregó o quitó algo con una fecha anterior. Compárelo con "
        "el respaldo que hizo al actualizar."
    ),
    "audit.no_session": (
        "La auditoría no está completa: falta el evento con que empezó la sesión {id}. "
        "Compárela con su última exportación."
    ),
    "audit.no_challenge": (
        "La auditoría no está completa: falta el evento con que se pidió el código {id}. "
        "Compárela con su última exportación."
    ),
    "audit.no_message": (
        "La auditoría no está completa: falta el evento con que se escribió el mensaje {id}. "
        "Compárela con su última exportación."
    ),
    "audit.export.cut": (
        "La fila {id} está en la exportación y hoy falta{at}. Guarde la exportación: es la prueba."
    ),
    "audit.export.changed": (
        "La fila {id} no dice hoy lo que dice en la exportación{at}. Guarde la exportación: es la "
        "prueba."
    ),
    "audit.export.empty": "{path} no tiene ninguna fila. Traiga una exportación que las tenga.",
    "audit.not_exported": "No se exportó nada. {reason}",
    "audit.export.missing": "No se puede leer {path}. Diga con --desde dónde está la exportación.",
    "audit.export.unreadable": (
        "La línea {line} de {path} no es de una exportación. Use una que se hizo con «casilla "
        "auditoria exportar --formato jsonl»."
    ),
    "mark.none": (
        "Fuera de la base de datos no había una marca con que comparar, y el registro ya había "
        "empezado: alguien la quitó, o usted la apartó. Se escribió otra en {path}. Compare con "
        "su última exportación: «casilla auditoria verificar --desde»."
    ),
    "mark.unwritable": (
        "No se puede escribir la marca {path}: sin ella no se sabe si alguien corta el final. Dé "
        "al usuario del servicio permiso de escritura en esa carpeta y en la marca, y repita."
    ),
    "mark.unfit": (
        "Aviso: esta base de datos no es la que dice la marca {path}, y lo nuevo queda sin lugar "
        "en el registro. Si restauró un respaldo, lea «Auditoría y claves» en el manual."
    ),
    "mark.unreadable": (
        "No se puede leer la marca {path}. Ejecute el comando como el usuario del servicio, o como "
        "root."
    ),
    "mark.damaged": (
        "La marca {path} está dañada, o la firmó una clave que no está en el archivo de claves. "
        "Guárdela aparte para averiguar qué pasó, y ponga en su lugar la del último respaldo."
    ),
    "audit.day": "«{typed}» no es una fecha. Escríbala como 2026-03-09 o 2026-03-09T16:30.",
    "audit.unwritable": "No se puede escribir en {path}. Elija otro lugar con --archivo.",
    "constancia.large": "Este archivo es demasiado grande para ser una constancia. Revise cuál es.",
    "backup.there": "{path} ya existe y no se respaldó nada. Elija otro nombre.",
    "backup.nothing": "No hay nada que respaldar: la base de datos no tiene tablas.",
    "backup.document": (
        "El documento {sha256} falta o está dañado, y no se hizo el respaldo: no estaría completo. "
        "Recupérelo de un respaldo anterior y repita."
    ),
    "backup.tool": (
        "Hace falta el programa {tool}, de PostgreSQL, y no está. Instale el paquete "
        "postgresql-client y repita."
    ),
    "backup.failed": "{tool} no pudo terminar y no se cambió nada. Dijo: «{said}».",
    "backup.occupied": (
        "La base de datos ya tiene tablas y no se restauró nada. Apártela, o corrija "
        "CASILLA_DATABASE_URL, y repita."
    ),
    "backup.documents": (
        "La carpeta {path} no está vacía y no se restauró nada. Apártela, o corrija "
        "CASILLA_DOCUMENTS_URL, y repita."
    ),
    "backup.damaged": (
        "{path} está incompleto, dañado o no es un respaldo: no se restauró nada. Use otro."
    ),
    "backup.engine": (
        "El respaldo es de {made} y CASILLA_DATABASE_URL lleva a {here}: no se restauró nada. "
        "Corrija ese ajuste."
    ),
    "backup.newer": (
        "El respaldo es de una versión más nueva de este programa: no se restauró nada. Instale "
        "esa versión y repita."
    ),
    "demonstration.public": (
        "La demostración tiene contraseñas conocidas y solo se carga en su propia computadora: "
        "CASILLA_ORIGIN debe ser localhost."
    ),
    "settings.wrong": "La variable {name} no vale: {reason}",
    "mail.plain": (
        "El servidor de correo {host} no ofrece TLS (STARTTLS) y los mensajes viajarían sin "
        "cifrar. Actívelo en él, o escriba smtps://{host}:465 en CASILLA_MAIL_URL si lo tiene ahí. "
        "Si su entidad acepta que viajen así, escriba CASILLA_ALLOW_PLAIN=smtp."
    ),
    "mail.away": (
        "Aviso: el servidor de correo {host} no contesta ({reason}). Los mensajes esperan, y salen "
        "solo si ofrece TLS."
    ),
    "proxies.none": (
        "Aviso: la dirección es https y no se cree a ningún proxy: todos los pedidos parecerán "
        "venir del suyo, y los límites serán los mismos para todos. Escriba su dirección en "
        "CASILLA_TRUSTED_PROXIES, como 127.0.0.1."
    ),
    "settings.unknown": "Aviso: {name} no es un ajuste y no cambia nada{meant}",
    "settings.retired": (
        "Estos ajustes ya no existen: {names}. Bórrelos de su archivo .env o del entorno. Los SMS "
        "se piden ahora con un pedido POST de JSON: escriba en CASILLA_SMS_URL adónde va y en "
        "CASILLA_SMS_TOKEN su llave (vea «Mensajes de texto» en el manual, /manual/ajustes/)."
    ),
    "settings.encoding": "El archivo .env no está en UTF-8. Guárdelo así y pruebe otra vez.",
    "schema.newer": (
        "Las tablas son de una versión más nueva de este programa. Instale esa versión, "
        "o restaure el respaldo que hizo antes de pasar a ella."
    ),
    "schema.strange": (
        "Las tablas dicen ser de la versión {version}, pero les falta {missing}: no son de ninguna "
        "versión publicada. No se cambió nada. Restaure un respaldo, o pida ayuda a quien mantiene "
        "el programa."
    ),
    "schema.failed": "La migración {revision} falló y no se cambió nada. {reason}",
    "database.said": (
        "La base de datos dijo: «{said}». Siga con la versión anterior del programa y avise a "
        "quien lo mantiene."
    ),
    "path.wrong": "No se puede usar {path}: {reason}.",
    "schema.old": (
        "Las tablas son de otra versión ({current}) y este programa necesita la {newest}. "
        "Ejecute «casilla migrar»."
    ),
    "port.taken": (
        "No se puede escuchar en {address}, puerto {port}: otro programa lo usa o falta permiso. "
        "Elija otro con --puerto."
    ),
    "site.profile": (
        "Aviso: el sitio se construyó con las reglas «{built}» y el servicio usa «{wanted}»: las "
        "guías dicen otra cosa. Ejecute «casilla construir» y reinicie."
    ),
    "documents.missing": (
        "Falta la carpeta de los documentos, {path}, o no se puede usar. Recupérela de su "
        "respaldo o corrija CASILLA_DOCUMENTS_URL."
    ),
    "site.broken": "El sitio no se pudo construir y el anterior sigue en su lugar:\n{output}",
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
    "import.cut": (
        "La importación se detuvo después de {lines}. {reason}Ejecute otra vez el mismo comando: "
        "lo que ya entró no cambia y sigue lo que falta."
    ),
    "lot.repeated": "Es la misma que la línea {line}. Deje una sola, o dele otra clave.",
    "lot.outside": (
        "El archivo «{name}» no está en la carpeta del lote ni debajo de ella. Póngalo ahí y "
        "escriba su nombre desde esa carpeta."
    ),
    "lot.report": "No se puede escribir el informe {path}. Diga otro lugar con --informe.",
    "lot.report_same": "El informe no puede ser el mismo archivo que el lote. Diga otro.",
    "lot.disk": "No queda espacio en el disco: libérelo.",
    "lot.busy": "Otro programa tiene ocupada la base de datos: espere a que termine.",
    "lot.left_out": (
        "No se depositó parte del lote: {faults}. Corríjalas y ejecute otra vez el mismo comando: "
        "lo ya depositado no se repite."
    ),
    "lot.cut": (
        "El lote se detuvo con {lines} en su casilla. {reason}Ejecute otra vez el mismo comando: "
        "lo ya depositado no se repite y sigue lo que falta."
    ),
    "mail.folder": (
        "Aviso: los correos quedan en una carpeta de este servidor y nadie los recibe. "
        "Escriba su servidor de correo en CASILLA_MAIL_URL."
    ),
    "sms.folder": (
        "Aviso: los SMS quedan en una carpeta de este servidor y nadie los recibe. "
        "Escriba su servicio de mensajes en CASILLA_SMS_URL."
    ),
    "mail.missing": (
        "No hay un mensaje con el número {number}. Vea la lista con «casilla correo»."
    ),
}
