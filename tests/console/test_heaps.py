"""Loose waste at the desk: said, sent off by manifest, weighed in, and shown."""

from tests.cast import CARRIER, FACTORY, PLANT, SITES
from tests.console.conftest import District

SLAG = "900-099-S03"


def say(district: District, username: str, typ: str, **form: str) -> None:
    """Fill in a form of the desk."""
    answer = district.client(username).post(f"/desk/{typ}", data={"next": "/heaps", **form})
    assert answer.status_code == 303, answer.text


def stock(district: District, username: str) -> dict[tuple[str, str], float]:
    """What a role sees lying where."""
    rows = district.client(username).get("/v1/heaps").json()
    return {(row["org"], row["site"]): float(row["weight_kg"]) for row in rows}


def test_a_load_of_loose_waste_goes_over_the_desk(district: District) -> None:
    heap = {"waste_code": SLAG, "site": SITES[FACTORY]}
    say(district, "producer", "produce_bulk", weight_kg="9000", waste_name="炉渣", **heap)
    say(district, "producer", "treat_bulk", weight_kg="500", method="R5", **heap)
    page = district.page("producer", "/heaps")
    assert "8,500" in page.text
    assert page.forbidden == []
    load = {**heap, "weight_kg": "5000", "carrier": CARRIER, "receiver": PLANT, "method": "R5"}
    sent = district.client("producer").post("/heaps/send", data=load)
    path = sent.headers["location"]
    number = path.rpartition("/")[2]
    assert "一般工业固体废物转移联单" in district.page("producer", path).text
    for typ, form in (("load", {"weight_kg": "5100"}), ("depart", {}), ("arrive", {})):
        say(district, "transporter", typ, manifest=number, **form)
    receiving = district.page("treatment", path)
    assert SITES[PLANT] in receiving.html
    say(district, "treatment", "weigh_in", manifest=number, weight_kg="5080", site=SITES[PLANT])
    say(district, "treatment", "accept", manifest=number, method="R5", site=SITES[PLANT])
    say(district, "treatment", "take_stock", weight_kg="5080", waste_code=SLAG, site=SITES[PLANT])
    assert stock(district, "producer") == {(FACTORY, SITES[FACTORY]): 3400}
    assert stock(district, "regulator") == {
        (FACTORY, SITES[FACTORY]): 3400,
        (PLANT, SITES[PLANT]): 5080,
    }
    assert stock(district, "garage") == {}
    assert "没有散装废物" in district.page("garage", "/heaps").text


def test_what_is_wrong_with_a_load_is_said(district: District) -> None:
    load = {"waste_code": SLAG, "weight_kg": "much", "carrier": CARRIER, "receiver": PLANT}
    client = district.client("producer")
    assert client.post("/heaps/send", data=load).status_code == 422
    body = {"waste_code": "slag", "weight_kg": "1"}
    assert client.post("/desk/produce_bulk", data=body).status_code == 422
    assert district.client("transporter").post("/desk/produce_bulk", data=body).status_code in (
        403, 422,
    )  # fmt: skip
    assert district.client("transporter").post("/heaps/send", data=load).status_code == 403
