"""What a constancia states (X3, M92, and section E of the requirements)."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785

from proxy.domain.constancia import Sealing, previous, stated, written
from proxy.domain.constancia_acts import NEGATIVE, Kind
from proxy.domain.number import parse_number
from tests.constancias import (
    AT,
    CERTIFICATE,
    CONCERNED,
    EVERY,
    ISSUER,
    ORIGIN,
    PARTS,
    SEALING,
    facts,
    of,
    of_a_test,
    told,
)
from tests.people import ROSA

COMMON = {
    *("version", "id", "evento", "etsi", "entorno", "hora_evento", "hora_sello", "emisor"),
    *("politica", "remitente", "destinatario", "representante", "autenticacion", "notificacion"),
    *("depositado", "partes", "motivos", "regla", "calendario", "pasos", "anterior", "sal"),
    *("efecto", "detalle", "verificar"),
}
ETSI = {
    Kind.DEPOSITO: ["SubmissionAcceptance", "ContentConsignment"],
    Kind.LECTURA: ["ConsignmentAcceptance", "ContentHandover", "ContentAccessTracking"],
    Kind.ALERTA: ["ConsignmentNotification"],
    Kind.ALERTA_FALLIDA: ["NotificationForAcceptanceFailure"],  # its rule waits for the reading
    Kind.VENCIMIENTO: ["AcceptanceRejectionExpiry"],
    Kind.INCIDENCIA: ["ContentHandoverFailure"],
    Kind.ANULACION: [],
    Kind.AFILIACION: [],
    Kind.REVOCACION: [],
}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_states_the_common_block(kind: Kind) -> None:
    found = json.loads(of(kind))
    assert set(found) == COMMON
    assert found["evento"] == kind and parse_number(found["id"]) == found["id"]
    assert found["etsi"] == [f"http://uri.etsi.org/19522/Event/{name}" for name in ETSI[kind]]
    assert set(found["emisor"]) >= {"entidad", "ruc", "oficina", "direccion", "telefono"}
    assert bool(found["motivos"]) == (kind in NEGATIVE)


def test_the_telephone_has_the_extension_of_the_sheet() -> None:
    """M92"""
    entity = ISSUER.entity
    other = entity.model_copy(
        update={"contacto": entity.contacto.model_copy(update={"anexo": "1928"})}
    )
    found = json.loads(written(facts(Kind.DEPOSITO), replace(ISSUER, entity=other)))
    assert found["emisor"]["telefono"] == "(01) 311-1700, anexo 1928"
    assert (other.dial, entity.dial) == ("tel:+5113111700;ext=1928", "tel:+5113111700")


@pytest.mark.parametrize("kind", sorted(NEGATIVE))
def test_what_did_not_happen_says_why(kind: Kind) -> None:
    with pytest.raises(ValueError, match="without a reason"):
        written(replace(facts(kind), reasons=()), ISSUER)


def test_the_text_is_the_canonical_one_of_rfc_8785() -> None:
    for text in EVERY.values():
        assert rfc8785.dumps(json.loads(text)).decode() == text
    assert '"asunto":"Se resuelve' in EVERY["deposito"] and "inscripción" in EVERY["deposito"]


def test_facts_are_written_with_the_act_and_say_the_same_when_they_are_sealed_later() -> None:
    kept = written(facts(Kind.DEPOSITO), ISSUER)
    assert "hora_sello" not in kept and "anterior" not in kept
    late = stated(kept, Sealing(AT + timedelta(days=9), CERTIFICATE, ORIGIN))
    added = {"hora_sello", "anterior", "emisor"}
    before, after = json.loads(kept), json.loads(late)
    assert {name: after[name] for name in before if name not in added} == {
        name: before[name] for name in before if name not in added
    }
    assert after["hora_evento"] == "2026-12-07T09:00:00.250000-05:00", "of the event, not the seal"
    assert after["hora_sello"] == "2026-12-16T09:00:00.250000-05:00"


def test_each_one_names_the_one_before_by_number_and_digest() -> None:
    first = of(Kind.DEPOSITO)
    second = told(facts(Kind.LECTURA), Sealing(AT, CERTIFICATE, ORIGIN, previous(first)))
    assert json.loads(first)["anterior"] is None
    assert json.loads(second)["anterior"] == {
        "id": json.loads(first)["id"],
        "sha256": hashlib.sha256(first.encode()).hexdigest(),
    }


def test_the_salt_hides_what_a_digest_could_be_guessed_from() -> None:
    one = facts(Kind.DEPOSITO)
    assert told(one) != told(replace(one, salt="a5" * 16))


def test_a_test_says_so_in_its_number_and_in_what_it_states() -> None:
    found = json.loads(of_a_test())
    assert found["entorno"] == "prueba" and found["id"].startswith("CT-2026-")
    assert json.loads(of(Kind.DEPOSITO))["entorno"] == "real"


def test_addresses_files_and_the_frozen_effect_are_whole() -> None:
    """Masked only on paper (L19)."""
    assert json.loads(of(Kind.ALERTA))["detalle"]["direccion"] == ROSA.email
    deposit = json.loads(of(Kind.DEPOSITO))
    assert [part["sha256"] for part in deposit["partes"]] == [part.sha256 for part in PARTS]
    assert CONCERNED.effect is not None
    assert CONCERNED.effect in of(Kind.DEPOSITO), "as it was frozen, letter by letter"
    assert deposit["pasos"] == json.loads(CONCERNED.effect)["pasos"]
    assert deposit["calendario"]["version"] and deposit["regla"]["norma"]


def test_what_has_no_notificacion_states_none() -> None:
    found = json.loads(of(Kind.AFILIACION))
    assert (found["notificacion"], found["depositado"], found["regla"]) == (None, None, None)
    assert found["pasos"] == found["partes"] == []
    assert found["detalle"]["textos"][0]["sha256"] == ISSUER.policy.sha256


def test_a_deposit_of_an_earlier_version_has_no_effect_to_state() -> None:
    one = replace(facts(Kind.LECTURA), concerned=replace(CONCERNED, effect=None))
    assert json.loads(told(one, SEALING))["efecto"] is None
