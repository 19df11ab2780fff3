"""The arithmetic of a term, in sentences that a person can follow with a wall calendar."""

PLAZOS = {
    "plazo.deposited": "Se depositó el {day} a las {time} ({official}).",
    "plazo.in_hours": (
        "Es día hábil y la atención termina a las {closes}: cuenta como recibida ese mismo día."
    ),
    "plazo.after_hours": (
        "Ese día la atención había terminado, a las {closes}: cuenta como recibida el siguiente "
        "día hábil, el {next}.{skipped}"
    ),
    "plazo.day_off": (
        "Ese día no es hábil: cuenta como recibida el siguiente día hábil, el {next}.{skipped}"
    ),
    "plazo.any_hour": (
        "Esta regla cuenta todos los días y todas las horas: vale como recibida en ese momento."
    ),
    "plazo.skipped": " No cuentan: {days}.",
    "plazo.effective": "Surte efecto el {day}.",
    "plazo.effective_at": "Surte efecto el {day} a las {time}.",
    "plazo.wait": (
        "Para abrirla hay {amount}: el primero es el {first} y el último, el {last}.{skipped}"
    ),
    "plazo.wait_closed": (
        "El {day} la entidad no atendió en su horario normal. La norma no dice si eso alarga los "
        "días para abrirla; en la duda se toma el siguiente día hábil, el {last}."
    ),
    "plazo.read": (
        "Se abrió el {day} a las {time}, dentro de esos días: surte efecto el {effective}."
    ),
    "plazo.read_late": (
        "Se abrió el {day} a las {time}, fuera del horario de atención o en día inhábil. La norma "
        "no dice qué día vale; en la duda se toma el posterior: surte efecto el {effective}."
    ),
    "plazo.read_after": (
        "Se abrió el {day} a las {time}, cuando esos días ya habían terminado: surte efecto el "
        "{effective}, como si no se hubiera abierto."
    ),
    "plazo.unread_last": ("Si no se abre en esos días, surte efecto el último, el {effective}."),
    "plazo.unread_next": (
        "Si no se abre en esos días, surte efecto el primer día hábil después, el "
        "{effective}.{skipped}"
    ),
    "plazo.read_no_matter": "En esta regla no importa cuándo se abrió: cuenta el depósito.",
    "plazo.starts_working": (
        "Un plazo en días corre desde el siguiente día hábil, el {day}.{skipped}"
    ),
    "plazo.starts_calendar": "Un plazo en días corre desde el día siguiente, el {day}.",
    "plazo.starts_later": (
        "Lo notificado dispone que el plazo corra desde más tarde{norm}: empieza el {day}.{skipped}"
    ),
    "plazo.working_days": (
        "El plazo es de {amount}: el primero es el {first} y el último, el {last}.{skipped}"
    ),
    "plazo.calendar_days": (
        "El plazo es de {amount}, que cuentan también sábados, domingos y feriados: el primero es "
        "el {first} y el último, el {last}."
    ),
    "plazo.months": "El plazo es de {amount}, de fecha a fecha desde el {first}: hasta el {last}.",
    "plazo.no_such_day": (
        "El plazo es de {amount}, de fecha a fecha desde el {first}. El mes en que termina no "
        "tiene ese día: acaba el primer día hábil del mes siguiente, el {last}.{skipped}"
    ),
    "plazo.hours": (
        "El plazo es de {amount}, que corren también de noche y en día inhábil, desde el {first} a "
        "las {from_time}: hasta el {last} a las {time}."
    ),
    "plazo.distance_working": (
        "Se agrega el término de la distancia{norm}: {amount}. Un plazo en días se entiende hábil, "
        "y en la duda se toma el día posterior: hasta el {last}.{skipped}"
    ),
    "plazo.distance_calendar": (
        "Se agrega el término de la distancia{norm}: {amount}, hasta el {last}."
    ),
    "plazo.distance_none": "El término de la distancia es de 0 días{norm}: no se agrega ninguno.",
    "plazo.distance_unsaid": (
        "No se indicó el término de la distancia. Si le corresponde por el lugar donde usted vive, "
        "el plazo vence después."
    ),
    "plazo.extended": (
        "El plazo terminaba el {first}. Se prorrogó {amount}{norm}: hasta el {last}.{skipped}"
    ),
    "plazo.extended_hours": (
        "El plazo terminaba el {first} a las {from_time}. Se prorrogó {amount}{norm}: hasta el "
        "{last} a las {time}."
    ),
    "plazo.other_calendar": (
        "Las fechas se cambiaron después y se calcularon con el calendario de la versión "
        "{version}; las de antes, con el de la {before}."
    ),
    "plazo.moved": (
        "El {day} no es hábil ({why}): el plazo pasa al siguiente día hábil, el {last}.{skipped}"
    ),
    "plazo.closed": (
        "El {day} la entidad no atendió en su horario normal: el plazo pasa al siguiente día en "
        "que atiende, el {last}.{skipped}"
    ),
    "plazo.closed_hours": (
        "El {day} la entidad no atendió en su horario normal. La norma mueve el último día de un "
        "plazo en días y nada dice de uno en horas: este no se mueve. Pida que se le reconozca ese "
        "tiempo."
    ),
    "plazo.ends": "Vence el {day}, en el último momento de ese día.",
    "plazo.ends_at": "Vence el {day} a las {time}.",
    "plazo.undecreed": (
        "Este calendario tiene los decretos de días no laborables hasta el {until}. Si se declara "
        "alguno entre el {since} y el {last}, la fecha puede pasar a un día posterior."
    ),
    "plazo.rule": "Regla: {name} (versión {version}). Norma: {source}.",
    "plazo.rule_unverified": (
        "La regla está por confirmar con la norma: quien la escribió no tuvo a la vista el texto "
        "oficial."
    ),
    "plazo.calendar": "Calendario: {name} (versión {version}).",
    "plazo.days_unverified": (
        "Los feriados y días no laborables que se nombran están por confirmar en El Peruano."
    ),
    # Refusals.
    "plazo.range": (
        "El calendario «{name}» solo sabe qué días son hábiles del {first} al {last}, y esta "
        "respuesta depende de otros. No se calculó ninguna fecha."
    ),
    "plazo.unruled": "La regla «{rule}» no rige el {day}. No se calculó ninguna fecha.",
    "plazo.no_rule": "No hay una regla «{typed}». Use una de estas: {known}.",
    "plazo.no_procedure": "No hay un procedimiento «{typed}». Use uno de estos: {known}.",
    "plazo.ungoverned": (
        "Ninguna regla rige el procedimiento «{procedure}» el {day}. No se calculó ninguna fecha."
    ),
    "plazo.no_calendar": "No hay un calendario «{typed}». Use uno de estos: {known}.",
    "plazo.no_unit": "No hay una unidad «{typed}». Use una de estas: {known}.",
    "plazo.amount_alone": (
        "Un plazo lleva su cantidad y su unidad, o solo sus días hábiles. Use --cantidad con "
        "--unidad, o --dias."
    ),
    "plazo.rule_twice": "Diga el procedimiento o la regla, no los dos. Quite uno.",
    "plazo.unit": (
        "La regla «{rule}» no cuenta plazos en {unit}, porque su norma no los prevé. Use {known}."
    ),
    "plazo.moment": "«{typed}» no es un día con su hora. Escríbalo como 2025-04-16T17:00.",
    "plazo.day": "«{typed}» no es una fecha. Escríbala como 16/04/2025: día, mes y año.",
    "plazo.day_missing": "Escriba el día, como 16/04/2025.",
    "plazo.hour": "«{typed}» no es una hora. Escríbala como 16:30.",
    "plazo.hour_missing": "Escriba la hora, como 16:30.",
    "plazo.number": "Escriba un número entero, {least} o más, sin letras ni signos.",
    "plazo.read_before": "El acuse no puede ser anterior al depósito. Revise las dos fechas.",
}
