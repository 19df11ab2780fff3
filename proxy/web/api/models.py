"""What the API answers. The OpenAPI document and the manual's tables are made from these models."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog.reading.effect import Unit
from proxy.domain.constancia_acts import OF_A_NOTIFICACION
from proxy.domain.datos import Amount, Day, Text300, Text500
from proxy.domain.sending import State

# What the OpenAPI document says of each address.
ABOUT = (
    "Un sistema deposita actos en las casillas de las personas, sigue lo que ocurre con ellos y "
    "los anula. Los errores son problemas de la RFC 9457; un programa decide por su `codigo`."
)
KEY = (
    "De «casilla claves-api crear». Con una `prueba_…` lo depositado no llega a nadie y no tiene "
    "valor legal."
)
DEPOSIT = "Deposita un acto y sus anexos."
DEPOSITED = "Se depositó."
REPEATED = "Ya se había depositado con la misma clave de idempotencia: la misma respuesta."
IDEMPOTENCY = (
    "La elige su sistema, una por depósito. Repita con ella cuando no sepa si llegó: no se "
    "deposita dos veces."
)
LIST = "Las notificaciones de este sistema, de la más antigua a la más nueva."
ONE = "Una notificación: estado, alertas, lecturas y lo que ocurrió con ella."
CONSTANCIA = "El PDF sellado de una constancia: la última de esa clase o, con `numero`, esa."
ANNUL = "Anula una notificación: queda donde está, y dice que se anuló y por qué."
ANNULLED = "Se anuló."
ANNULLED_AGAIN = "Ya se había anulado por el mismo motivo."
EXTEND = (
    "Prorroga el plazo que se declaró al depositarla: una sola vez y antes de que venza. Las "
    "primeras fechas quedan escritas."
)
EXTENDED = "Se prorrogó."
EXTENDED_AGAIN = "Ya se había prorrogado así."
BEGIN_LATER = (
    "Dispone que el plazo corra desde más tarde: si se dispone varias veces, vale la última. Las "
    "primeras fechas quedan escritas."
)
BEGUN_LATER = "Se aplazó."
BEGUN_LATER_AGAIN = "Ya se había aplazado así."
NEWS = "Lo que ocurrió con las notificaciones de este sistema: nada falta y nada se repite."
REACH = "Si a alguien se le puede notificar aquí."

NUMBERED = "^C[A-Z]-[0-9]{4}-[0-9]{6,}-[0-9A-Z]$"
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="Como la da la API.")]
Numero = Annotated[
    str,
    Field(
        pattern="^C[EP]-[0-9]{4}-[0-9]{6,}-[0-9A-Z]$",
        description="`CE-` o, si es de prueba, `CP-`; año, secuencia y carácter de control.",
    ),
]
Instante = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Entorno = Literal["real", "prueba"]


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Efecto(Told):
    """Como lo dice `casilla plazo`: días, o instantes si el plazo es en horas."""

    notificado: str
    surte_efecto: str
    inicio_computo: str
    vence: str | None
    pasos: list[str]
    regla: str
    version_regla: str
    calendario: str
    version_calendario: str


class Parte(Told):
    nombre: str
    bytes: int
    sha256: str


class Enlaces(Told):
    notificacion: str
    anulacion: str


class Resumen(Told):
    id: Id
    numero: Numero
    entorno: Entorno
    aviso: Literal["SIN VALOR LEGAL"] | None = Field(description="Solo en las de prueba.")
    estado: State


class Depositada(Resumen):
    """La respuesta a un depósito. No cambia: repetido, es la misma, byte por byte."""

    depositada: Instante
    efecto: Efecto | None = Field(description="`null` solo si lo guardado está dañado.")
    partes: list[Parte] = Field(description="El acto y los anexos, en su orden.")
    enlaces: Enlaces


class Listada(Resumen):
    referencia: str
    depositada: Instante
    enlaces: Enlaces


class Lista(Told):
    notificaciones: list[Listada] = Field(
        description="Con `estado` o `referencia` puede estar vacía aunque haya más."
    )
    siguiente: str = Field(description="Para `desde`. El mismo que se dio, solo si no hay más.")


class Alerta(Told):
    """Una por cada dirección a la que se avisa."""

    canal: Literal["email", "sms"]
    estado: Literal["por-enviar", "enviada", "reintentando", "abandonada", "rebotada"]
    creada: Instante
    enviada: Instante | None = Field(description="Cuándo la aceptó un servidor.")
    rebotada: Instante | None = Field(description="Cuándo se supo que la devolvió.")
    intentos: int


class Lectura(Told):
    leida: Instante
    por: Literal["titular", "representante"]


class Anulacion(Told):
    anulada: Instante
    motivo: str
    reemplazo: Id | None


class OtraFecha(Told):
    """La que da un calendario posterior. Vale la de `efecto`."""

    version_calendario: str
    surte_efecto: str
    inicio_computo: str
    vence: str | None


class Suceso(Told):
    """Algo que ocurrió con una notificación de este sistema."""

    lugar: int | None = Field(description="En el registro. `null` el segundo que tarda en tenerlo.")
    suceso: str = Field(
        description="`deposito`, `alerta`, `alerta-enviada`, `alerta-intento`, `alerta-rebotada`, "
        "`alerta-abandonada`, `alerta-fallida`, `lectura`, `descarga`, `anulacion`, `constancia`, "
        "`vencimiento`, `prorroga`, `inicio-aplazado`, `otra-fecha`, `incidencia`, "
        "`incidencia-reparada` u otro que se agregue."
    )
    cuando: Instante
    notificacion: Id
    numero: str | None
    descripcion: str | None = Field(
        description="Como lo lee la persona en su casilla. `null` si no es de los que se muestran."
    )
    constancia: str | None = Field(description="El número de la que lo prueba, si la hay.")


class Constancia(Told):
    numero: Annotated[str, Field(pattern=NUMBERED)]
    clase: Annotated[str, Field(json_schema_extra={"enum": [*OF_A_NOTIFICACION]})]
    cuando: Instante = Field(description="De lo que acredita.")
    sha256: str | None = Field(description="Del PDF. `null` mientras no está sellada.")
    enlace: str


class Notificacion(Depositada):
    referencia: str
    alertas: list[Alerta]
    lecturas: list[Lectura]
    anulacion: Anulacion | None
    otra_fecha: OtraFecha | None
    constancias: list[Constancia] = Field(description="La más antigua primero.")
    sucesos: list[Suceso] = Field(description="En orden: el más antiguo primero.")


class Novedades(Told):
    eventos: list[Suceso]
    siguiente: str = Field(description="Para `desde`. El mismo que se dio, si no hay nada nuevo.")


class Anular(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    motivo: Text500 = Field(description="Lo leerá la persona.")
    reemplazo: Annotated[str, Field(max_length=40)] | None = Field(
        None, description="`id` o número de la que la reemplaza, ya depositada, si la hay."
    )


class Anulada(Resumen):
    anulacion: Anulacion
    enlaces: Enlaces


class Prorrogar(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    cantidad: Amount
    unidad: Unit
    norma: Text300 = Field(description="La que permite prorrogarlo. La leerá la persona.")
    motivo: Text500 = Field(description="Lo leerá la persona.")


class AplazarInicio(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    fecha: Day = Field(description="Desde cuándo corre el plazo: más tarde que ahora.")
    norma: Text300 = Field(description="La que lo dispone. La leerá la persona.")


class Aplazada(Resumen):
    """`efecto` tiene las fechas que valen desde entonces."""

    aplazada: Instante
    efecto: Efecto
    enlaces: Enlaces


class Alcance(Told):
    """Si a alguien se le puede notificar aquí, y si se enteraría."""

    afiliada: bool = Field(description="Tiene casilla y se puede depositar en ella.")
    alertas: Literal["sanas", "fallan", "sin-probar"] = Field(
        description="Si salió el último correo que se le envió, y no volvió."
    )
    ultimo_ingreso: Literal["semana", "mes", "anio", "no-consta"] = Field(
        description="Hace cuánto, a lo sumo."
    )


class Error(Told):
    campo: str
    detalle: str


class Problema(BaseModel):
    """RFC 9457, `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    codigo: str = Field(description="Estable: sobre él puede decidir un programa.")
    errores: list[Error] = Field(description="Qué dato está mal y por qué. Puede estar vacía.")
    pedido: str | None = Field(description="La referencia de la petición, para la entidad.")
