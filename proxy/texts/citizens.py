"""What the people of a casilla read."""

CITIZENS = {
    "http.malformed": (
        "El servidor no entendió lo que envió su navegador. Abra otra vez la página que buscaba.\n"
    ),
    "form.malformed": (
        "No pudimos leer lo que envió. Vuelva a la página anterior y pruebe otra vez."
    ),
    "form.stale": (
        "Esta página venció o se abrió otra vez en otra pestaña. Vuelva a abrirla y escriba sus "
        "datos otra vez. Si se repite, permita las cookies de este sitio en su navegador."
    ),
    "form.large": (
        "Lo que envió es demasiado largo y no lo recibimos. Vuelva a la página anterior, acórtelo "
        "y pruebe otra vez."
    ),
    "link.lost": (
        "No pudimos leer su enlace. Ábralo otra vez desde el mensaje que recibió. Si se repite, "
        "permita las cookies de este sitio en su navegador o use otro navegador."
    ),
    "form.foreign": (
        "El pedido vino de otro sitio y no lo atendimos. Entre por la página de la casilla."
    ),
    "identidad.malformed": (
        "Escriba su DNI (8 dígitos), el RUC de la empresa (11 dígitos) o el usuario de su mensaje "
        "(1-… u 8-…). Con carné de extranjería o pasaporte, escriba CE- o PAS- y el número."
    ),
    "identidad.letters": (
        "Escriba CE- o PAS- y el número de su carné de extranjería o pasaporte, como CE-001234567."
    ),
    "cui.malformed": (
        "Ese dígito no es el de su DNI. Es el que está después del guion, al final del número."
    ),
    "password.missing": "Escriba su contraseña.",
    "password.old_missing": "Escriba su clave antigua: la que usó para ingresar ahora.",
    "login.wrong": "El DNI o la contraseña no son correctos. Revíselos y pruebe otra vez.",
    "login_letters.wrong": (
        "El documento o la contraseña no son correctos. Revíselos y pruebe otra vez."
    ),
    "pass.used": (
        "Este equipo ya puede ingresar. Escriba su contraseña, o recupérela desde aquí mismo."
    ),
    "pass.over": "Ese pase venció o ya se usó. Pida otro a quien lo atendió.",
    "login.again": "Escriba otra vez su contraseña: por seguridad no queda en la página.",
    "login.riddle": (
        "Hubo muchos intentos de ingreso. "
        "Escriba otra vez su contraseña y haga también la comprobación de abajo."
    ),
    "token.missing": "Escriba los 6 dígitos que le enviamos.",
    "token.wrong": "El token digital no es correcto. Revise el mensaje más reciente. {left}",
    "token.expired": (
        "El token digital ha caducado. Pulse «Reenviar código digital» y escriba el nuevo."
    ),
    "token.spent": (
        "Se acabaron los intentos con ese token digital. "
        "Empiece otra vez y le enviaremos uno nuevo."
    ),
    "token.gone": "Este pedido ya terminó. Empiece otra vez desde el primer paso.",
    "token.over": "Pasó demasiado tiempo. Empiece otra vez desde el primer paso.",
    "token.soon": "Le acabamos de enviar un token digital. Espere {wait} antes de pedir otro.",
    "token.sends": (
        "Ya le enviamos varios tokens digitales. Use el más reciente, o empiece otra vez."
    ),
    "token.resent": "Le enviamos un token digital nuevo. El anterior ya no sirve.",
    "token.limited": "Hubo demasiados intentos. Espere {wait} y pruebe otra vez.",
    "token.network": (
        "Desde su conexión se hicieron muchos pedidos en poco tiempo. "
        "Sus datos no están mal: espere {wait} y pruebe otra vez, o use otra conexión."
    ),
    "token.mailbox": (
        "A ese correo ya le enviamos hoy todos los mensajes que se pueden pedir. "
        "Espere {wait} y pruebe otra vez, o escriba otro correo."
    ),
    "captcha.missing": (
        "Falta el texto de la imagen. Escríbalo, o use otra de las formas que ofrece esta página."
    ),
    "captcha.wrong": "El texto no era el de la imagen. Escriba el de esta imagen nueva.",
    "captcha.gone": (
        "La comprobación anterior venció o ya se usó. "
        "Si esta no dice «Comprobado», escriba el texto de su imagen."
    ),
    "captcha.dearer": (
        "Mientras llenaba la página llegaron muchos pedidos desde su conexión. "
        "Haga la comprobación de nuevo: ahora pide un poco más."
    ),
    "captcha.unworked": (
        "La comprobación con su equipo no se completó. "
        "Pruebe otra vez o escriba el texto de la imagen."
    ),
    "captcha.crowded": (
        "Llegan demasiados pedidos desde su red. Espere un minuto y abra la página otra vez."
    ),
    "first_code.missing": "Escriba los 6 dígitos que muestra su aplicación.",
    "app.wrong": (
        "El código no es correcto o ya se usó. Espere a que su aplicación muestre otro. {left}"
    ),
    "app.spent": "Se acabaron los intentos. Ingrese otra vez su DNI y su contraseña.",
    "recovery_code.missing": "Escriba uno de sus códigos de recuperación, de 16 letras y números.",
    "recovery_code.wrong": (
        "Ese código de recuperación no es correcto o ya se usó. Escriba otro de su lista. {left}"
    ),
    "devices.one": "La sesión se cerró.",
    "devices.others": "Se cerraron las demás sesiones. Solo sigue abierta esta.",
    "devices.forgotten": "Olvidamos ese equipo y cerramos las sesiones que tenía abiertas.",
    "factor.qr": (
        "Código QR con la clave para su aplicación. La misma clave está escrita más abajo."
    ),
    "factor.codes": (
        "Códigos de recuperación de su Casilla Electrónica {entity}\r\n"
        "Cada código sirve una sola vez.\r\n"
    ),
    "factor.off": (
        "Desactivó su segundo factor. "
        "Para ingresar le enviaremos otra vez un token digital por correo."
    ),
    "app.missing": (
        "Escriba los 6 dígitos que muestra su aplicación, o uno de sus códigos de recuperación."
    ),
    "factor.wrong": (
        "Ese código no es correcto, ya se usó o ya pasó. "
        "Espere a que su aplicación muestre otro y escríbalo."
    ),
    "first_code.wrong": (
        "Ese código no es el de su aplicación. Escriba los 6 dígitos que muestra ahora. "
        "Revise que la hora de su celular se ponga sola."
    ),
    "factor.already": "Su segundo factor ya está activo.",
    "factor.none": "Esa casilla no tiene segundo factor: no se cambió nada.",
    "responsible.alone": (
        "Hacen falta dos personas distintas de la entidad que respondan por el cambio: "
        "no se cambió nada."
    ),
    "responsible.malformed": "Escriba los nombres de quienes responden solo con letras.",
    "responsible.same_user": (
        "El pedido {number} se hizo con este mismo usuario: debe aprobarlo otra persona, con el "
        "suyo. No se cambió nada."
    ),
    "petition.none": (
        "No hay un pedido con el número {number}. Vea la lista con «casilla cuentas pendientes»."
    ),
    "petition.answered": "El pedido {number} ya se había aprobado o rechazado: no se cambió nada.",
    "petition.unlike": (
        "El pedido {number} no es el que se anotó en la auditoría, o ya se había respondido: "
        "alguien lo cambió en la base de datos. No se cambió nada. Rechácelo con «casilla cuentas "
        "rechazar {number}» y ejecute «casilla auditoria verificar»."
    ),
    "petition.expired": (
        "El pedido {number} venció: no se cambió nada. Si hace falta, pídalo otra vez."
    ),
    "petition.reason": (
        "Escriba por qué con --motivo: se lo diremos a quien hizo la solicitud. No se cambió nada."
    ),
    "reason.malformed": (
        "Escriba el motivo en {most} caracteres o menos, solo con letras, números y signos: "
        "no se cambió nada."
    ),
    "token.suspended": (
        "Su casilla está suspendida: por ahora nadie puede ingresar y no se le deposita nada. "
        "No se perdió nada de lo que tiene en ella. Llámenos al teléfono que está al pie de esta "
        "página y le diremos cómo se levanta la suspensión."
    ),
    "token.closed": (
        "Su casilla se cerró hace más de un año y ya no se puede ingresar. Si necesita lo que se "
        "le notificó en ella, llámenos al teléfono que está al pie de esta página."
    ),
    "recovery.channel": "Elija por dónde quiere recibir su token digital.",
    "recovery.over": "Pasó el tiempo para elegir la contraseña. Empiece otra vez.",
    "persona.unknown": "Elija el tipo de persona.",
    "recovery.tipo": "Elija un tipo de documento que corresponda a esa persona.",
    "recovery.numero": (
        "Escriba el número de su documento: 8 dígitos si es un DNI, 11 si es un RUC."
    ),
    # The messages of the registration: their pictures were lost with the guide, so these are ours.
    "registration.missing": "Falta. Escríbalo como está en su documento.",
    "registration.missing_ruc": "Falta. Escríba{it} como está en la ficha RUC.",
    "registration.choose": "Elija una de las opciones.",
    "registration.name": (
        "Escríbalo con letras, en {most} caracteres o menos, como está en su documento."
    ),
    "registration.name_ruc": (
        "Escríba{it} como está en la ficha RUC, en {most} caracteres o menos y sin «<» ni «>»."
    ),
    "registration.day": "Escriba el día, el mes y el año de su documento, como 29/02/1988.",
    "registration.minor": (
        "Para pedir una casilla debe haber cumplido 18 años. Si todavía no, llámenos: le diremos "
        "cómo puede hacerlo quien lo representa."
    ),
    "registration.number_dni": "Escriba los 8 dígitos de su DNI, sin puntos ni espacios.",
    "registration.number_ce": (
        "Escriba el número de su carné de extranjería: de 9 a 12 letras y números."
    ),
    "registration.number_pas": "Escriba el número de su pasaporte: de 5 a 12 letras y números.",
    "registration.no_ruc": "Escriba el RUC: 11 dígitos, como está en la ficha RUC.",
    "registration.ruc": "Ese RUC no es correcto. Revise sus 11 dígitos en la ficha RUC.",
    "registration.cui": "Escriba el dígito que va después del guion en su DNI.",
    "registration.phone": (
        "Escriba un teléfono: 9 dígitos si es celular, o el código de su ciudad y el número si es "
        "fijo."
    ),
    "registration.emails": "Los dos correos no son iguales. Revise letra por letra y corríjalos.",
    "registration.representative": (
        "Escriba el documento de una persona: 8 dígitos si es un DNI. Con carné de extranjería o "
        "pasaporte, escriba CE- o PAS- y el número. El RUC de una empresa no sirve aquí."
    ),
    "registration.power": "Marque la casilla para declarar que representa a la persona jurídica.",
    "registration.unaccepted": "Para seguir debe leer el texto y marcar la casilla.",
    "registration.text_changed": "El texto cambió mientras lo leía. Léalo otra vez y márquelo.",
    "registration.differs": (
        "Los datos no coinciden con los del registro oficial. Pulse «Aceptar» y revíselos con "
        "{paper} a la mano: lo que escribió se conserva."
    ),
    "registration.unavailable": (
        "En este momento no podemos comprobar sus datos. No es un error suyo. Pulse «Aceptar» y "
        "pruebe otra vez en unos minutos: lo que escribió se conserva."
    ),
    "registration.over": (
        "Su registro venció o se cambió en otra ventana. Empiece otra vez: no se abrió ninguna "
        "casilla."
    ),
    "clave.missing": "Escriba los 6 dígitos de la clave de validación que le enviamos.",
    "clave.wrong": "La clave de validación no es correcta. Revise el mensaje más reciente. {left}",
    "clave.expired": "La clave de validación venció. Pulse «Enviar otra clave» y escriba la nueva.",
    "clave.spent": (
        "Se acabaron los intentos con esa clave de validación. Pulse «Aceptar»: en la página que "
        "sigue puede pedir otra."
    ),
    "clave.gone": (
        "Esa clave de validación ya no sirve. Pulse «Aceptar»: en la página que sigue puede pedir "
        "otra."
    ),
    "clave.soon": (
        "Le acabamos de enviar una clave de validación. Espere {wait} antes de pedir otra."
    ),
    "clave.sends": "Ya le enviamos varias claves de validación. Use la más reciente.",
    "clave.resent": "Le enviamos una clave de validación nueva. La anterior ya no sirve.",
    "session.over": (
        "Su sesión terminó. Ingrese otra vez para seguir: no se perdió nada de su casilla."
    ),
    "session.missing": (
        "Esa sesión no está abierta en su casilla. Vea la lista en «Sesiones y equipos»."
    ),
    "device.missing": (
        "Ese equipo no está entre los de su casilla. Vea la lista en «Sesiones y equipos»."
    ),
    "notificacion.missing": (
        "Esa notificación no está en su casilla. Búsquela en «Pendientes por leer» o en «Leídos»."
    ),
    "finding.of_text": (
        "Con ese campo use «contiene», «igual a» o «no contiene»: lo demás es para fechas y años."
    ),
    "finding.of_time": (
        "Con una fecha o un año use «igual a», «desde», «hasta» o «entre»: lo demás es para textos."
    ),
    "finding.year": "Escriba el año con 4 dígitos, como 2025. Con «entre», escriba dos años.",
    "finding.day": (
        "Escriba la fecha como 31/12/2025: día, mes y año. Con «entre», escriba dos fechas."
    ),
    "list.owner": "Casilla Electrónica de {nombres}, {identidad}.",
    "list.all": "Todas las notificaciones de esta lista.",
    "list.filter": "Solo las notificaciones con: {filter}.",
    "list.at": "Como estaba la lista el {at} ({time}).",
    "list.unread": (
        "SURTE EFECTO: si la regla pide abrir la notificación, el día en que lo hace sin abrirla."
    ),
    "opening.recorded": (
        "Al pulsar «Ver» quedan registradas la fecha y la hora de su lectura. Ese registro no se "
        "borra."
    ),
    "opening.deposited": (
        "La notificación está depositada válidamente en su casilla desde el {at}. Esa fecha no "
        "cambia, la abra o no."
    ),
    "opening.annulled": "Está anulada y no surte efecto, la abra o no.",
    "opening.now": "Si la abre ahora, surte efecto el {effective}{term}.",
    "opening.waits": "Si no la abre, surte efecto el {effective} de todos modos{term}.",
    "opening.same": (
        "Abrirla no cambia los plazos: surte efecto el {effective}, la abra o no{term}."
    ),
    "opening.term": "; el plazo corre desde el {starts} y vence el {ends}{closes}",
    "opening.no_term": "; un plazo en días corre desde el {starts}",
    "opening.after": (
        "Después podrá descargar el documento original y sus anexos todas las veces que necesite."
    ),
    "leaving.unticked": "Para darse de baja, marque el recuadro que dice que leyó lo de arriba.",
    "leaving.changed": (
        "Mientras leía, cambió lo que esto significa: por ejemplo, llegó otra notificación. Léalo "
        "otra vez y confirme."
    ),
    "leaving.compulsory": (
        "Su casilla es obligatoria por el {norm}: usted no puede darse de baja en línea. Si cree "
        "que a usted no le corresponde, pregunte al {phone} ({contact})."
    ),
    "leaving.over": "Su casilla ya está cerrada: no hay nada de que darse de baja.",
    "constancia.missing": (
        "Esa constancia no está en su casilla, o todavía se está preparando. Vuelva a la "
        "página anterior y actualícela."
    ),
    "ics.effect": "Surte efecto la notificación {numero} ({siglas})",
    "ics.unread": "Surte efecto, si no la abre antes, la notificación {numero} ({siglas})",
    "ics.end": "Vence el plazo de la notificación {numero} ({siglas})",
    "ics.annulled": "Se anuló y no surte efecto la notificación {numero} ({siglas})",
    "list.annulled": "Anulada el {at}: no surte efecto. Motivo: {reason}.",
    "list.replaced": " La reemplaza {number}.",
    "ics.told": (
        "Se calculó al notificarla ({time}). En su casilla está la cuenta, paso a paso. Si el "
        "documento le da un plazo, vale lo que dice el documento."
    ),
    "ics.changed": (
        "Estas fechas se cambiaron después de notificarla y son las que valen ({time}). En su "
        "casilla está la cuenta, paso a paso."
    ),
    "ics.unverified": " Por confirmar con el texto oficial de la norma.",
    "file.limited": "Descargó muchos archivos en poco tiempo. Espere {wait} y pruebe otra vez.",
    "file.damaged": (
        "No le entregamos lo que no está completo en nuestro sistema: {names}. Ya quedó anotado y "
        "nos toca repararlo. Su notificación y sus demás archivos siguen en su casilla. Pruebe más "
        "tarde, o comuníquese con nosotros para recibirlo."
    ),
    "service.down": "El sistema que guarda los datos no responde en este momento.",
    "service.full": "El sistema no puede guardar nada en este momento.",
    "service.again": (
        "Sus notificaciones siguen en su casilla. Espere un minuto y pruebe otra vez."
    ),
    "service.unsent": (
        "No se guardó nada de lo que usted envió. Espere un minuto y envíelo otra vez."
    ),
    "service.unknown": (
        "No sabemos si lo que usted envió llegó a guardarse. Espere un minuto y, antes de enviarlo "
        "otra vez, mire si ya está hecho."
    ),
    "service.busy": "Hay muchas personas ingresando. Espere unos segundos y pruebe otra vez.",
    "nombres.malformed": "Escriba los nombres o la razón social, en {most} caracteres o menos.",
    "email.malformed": "Escriba un correo completo, como nombre@ejemplo.pe.",
    "email.letters": (
        "Ese correo tiene un signo al que no podemos escribir, como una ñ o una tilde antes de la "
        "@, o uno que no se ve. Escríbalo letra por letra, o use otro correo."
    ),
    "password.rule": (
        "La contraseña debe tener de {least} a {most} caracteres{kinds}. Escriba otra."
    ),
    "password.different": "Las dos contraseñas no son iguales. Escríbalas otra vez.",
    "password.common": (
        "Esa contraseña es una de las primeras que alguien probaría. Escriba otra, "
        "por ejemplo tres palabras que no vayan juntas y un número."
    ),
    "password.breached": (
        "Esa contraseña está en una lista de contraseñas robadas que cualquiera puede probar. "
        "Escriba otra que no use en ningún otro sitio."
    ),
    "password.personal": (
        "La contraseña no debe llevar su nombre, su DNI, su correo ni su celular. Escriba otra."
    ),
    "password.easy": (
        "Esa contraseña se adivina con facilidad. Hágala más larga, "
        "por ejemplo con tres palabras que no vayan juntas y un número."
    ),
    "old_password.wrong": "La clave antigua no es correcta. Revísela y pruebe otra vez.",
    "proof.wrong": "La contraseña no es correcta. Revísela y pruebe otra vez.",
    "email.same": "Esa casilla ya tiene ese correo: no se cambió nada.",
    "profile.nothing": "Escriba lo que quiere cambiar: el celular, el correo o el segundo correo.",
    "profile.same": "Esos ya son su celular y sus correos. Escriba lo que quiere cambiar.",
    "profile.no_phone": "Su casilla no tiene un celular registrado: no hay nada que quitar.",
    "profile.second_same": (
        "Ese es el correo de su casilla: las alertas ya llegan ahí. Escriba otro, por si ese falla."
    ),
    "profile.no_second": "Su casilla no tiene un segundo correo: no hay nada que quitar.",
    "profile.sends": (
        "Ya le enviamos varios tokens digitales. "
        "Use el más reciente, o vuelva al perfil y empiece otra vez."
    ),
    "profile.resent": "Le enviamos un token digital nuevo. El anterior ya no sirve.",
    "profile.over": (
        "Ese pedido ya terminó y sus datos no cambiaron. Escríbalos otra vez para empezar de nuevo."
    ),
    "password.same": "La clave nueva es igual a la antigua. Escriba otra.",
    "phone.malformed": (
        "Escriba su celular: 9 dígitos que empiezan con 9. Si es de otro país, empiece con + y "
        "el código del país."
    ),
    "phone.fixed": (
        "Ese número es de un teléfono fijo y no recibe mensajes de texto. Escriba uno de celular."
    ),
}
