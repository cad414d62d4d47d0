"""Accounts: made by administrators, opened by one-time links, closed at once."""

import pytest

from tests.cast import BUREAU, CARRIER, FACTORY, REGION
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.devices import Clock
from waste_trace.codes.errors import InvalidCode
from waste_trace.services.accounts import (
    OPERATOR,
    AccountRefused,
    NewAccount,
    change_email,
    change_password,
    create_account,
    disable_account,
    find_email,
    invite_again,
    list_accounts,
)
from waste_trace.services.deployment import Deployment
from waste_trace.services.invite import InvitationRefused, accept_invitation
from waste_trace.services.look_up import list_organisations
from waste_trace.services.passwords import WeakPassword
from waste_trace.services.set_up import Beginning, offer_set_up, set_up
from waste_trace.services.sign_in import Person, SignInRefused, sign_in, who

GOOD = "correct-horse-9"
FACTORY_ADMIN = NewAccount("chen.admin", "陈主管", FACTORY, admin=True)


def opened(deployment: Deployment, asked: NewAccount, by: Person = OPERATOR) -> Person:
    """An account whose person has set a password."""
    session = accept_invitation(deployment, create_account(deployment, by, asked), GOOD)
    person = who(deployment, session)
    assert person is not None
    return person


def test_a_link_sets_the_first_password_once(deployment: Deployment) -> None:
    token = create_account(deployment, OPERATOR, FACTORY_ADMIN)
    with pytest.raises(SignInRefused):
        sign_in(deployment, "chen.admin", "")
    person = who(deployment, accept_invitation(deployment, token, GOOD))
    assert person is not None
    assert (person.username, person.role, person.org, person.admin) == (
        "chen.admin", "producer", FACTORY, True,
    )  # fmt: skip
    assert who(deployment, sign_in(deployment, "chen.admin", GOOD)) == person
    with pytest.raises(InvitationRefused):
        accept_invitation(deployment, token, "another-horse-9")
    assert sign_in(deployment, "chen.admin", GOOD)


def test_a_link_ends(deployment: Deployment, clock: Clock) -> None:
    token = create_account(deployment, OPERATOR, FACTORY_ADMIN)
    clock.forward(hours=73)
    with pytest.raises(InvitationRefused):
        accept_invitation(deployment, token, GOOD)


def test_a_new_link_ends_the_old_one_and_the_sessions(deployment: Deployment) -> None:
    person = opened(deployment, FACTORY_ADMIN)
    session = sign_in(deployment, person.username, GOOD)
    first = invite_again(deployment, OPERATOR, person.username)
    second = invite_again(deployment, OPERATOR, person.username)
    with pytest.raises(InvitationRefused):
        accept_invitation(deployment, first, "another-horse-9")
    assert who(deployment, session) == person
    accept_invitation(deployment, second, "another-horse-9")
    assert who(deployment, session) is None
    with pytest.raises(SignInRefused):
        sign_in(deployment, person.username, GOOD)


@pytest.mark.parametrize(
    "password", ["short", "chen.admin-1", "aaaaaaaaaaaa", "x" * 129, "ababababababab"]
)
def test_a_weak_password_is_refused_and_the_link_stays(
    deployment: Deployment, password: str
) -> None:
    token = create_account(deployment, OPERATOR, FACTORY_ADMIN)
    with pytest.raises(WeakPassword):
        accept_invitation(deployment, token, password)
    assert accept_invitation(deployment, token, GOOD)


def test_an_administrator_looks_after_their_own_organisation(deployment: Deployment) -> None:
    admin = opened(deployment, FACTORY_ADMIN)
    opened(deployment, NewAccount("wu", "吴驾驶", CARRIER))
    colleague = opened(deployment, NewAccount("li", "李仓管", FACTORY), admin)
    assert [row["username"] for row in list_accounts(deployment, admin)] == ["chen.admin", "li"]
    assert {row["username"] for row in list_accounts(deployment, OPERATOR)} == {
        "chen.admin", "li", "wu",
    }  # fmt: skip
    with pytest.raises(AccountRefused):
        create_account(deployment, admin, NewAccount("x1", "外人", CARRIER))
    with pytest.raises(AccountRefused):
        create_account(deployment, colleague, NewAccount("x2", "同事", FACTORY))
    with pytest.raises(AccountRefused):
        invite_again(deployment, admin, "wu")
    with pytest.raises(AccountRefused):
        disable_account(deployment, admin, "wu", True)


@pytest.mark.parametrize(
    "asked",
    [
        NewAccount("Chen", "陈", FACTORY),
        NewAccount("c", "陈", FACTORY),
        NewAccount("chen", "", FACTORY),
        NewAccount("chen", "陈\n", FACTORY),
        NewAccount("chen", "陈", "91330482MA2NOBODY0"),
        NewAccount("chen", "陈", FACTORY, "regulator"),
        NewAccount("chen", "陈", FACTORY, email="a@b"),
        NewAccount("chen", "陈", FACTORY, email="a@b.cn, c@d.cn"),
        NewAccount("chen", "陈", FACTORY, email="a@b.cn\nBcc: c@d.cn"),
    ],
)
def test_what_no_account_can_be(deployment: Deployment, asked: NewAccount) -> None:
    with pytest.raises(AccountRefused):
        create_account(deployment, OPERATOR, asked)
    assert list_accounts(deployment, OPERATOR) == []


def test_a_name_is_taken_once(deployment: Deployment) -> None:
    opened(deployment, FACTORY_ADMIN)
    with pytest.raises(AccountRefused):
        create_account(deployment, OPERATOR, FACTORY_ADMIN)
    assert sign_in(deployment, "chen.admin", GOOD)


def test_a_closed_account_is_closed_at_once(deployment: Deployment) -> None:
    person = opened(deployment, NewAccount("li", "李仓管", FACTORY))
    session = sign_in(deployment, "li", GOOD)
    link = invite_again(deployment, OPERATOR, "li")
    disable_account(deployment, OPERATOR, "li", True)
    assert who(deployment, session) is None
    with pytest.raises(SignInRefused):
        sign_in(deployment, "li", GOOD)
    with pytest.raises(InvitationRefused):
        accept_invitation(deployment, link, GOOD)
    disable_account(deployment, OPERATOR, "li", False)
    assert who(deployment, sign_in(deployment, "li", GOOD)) == person


def test_somebody_is_left_who_can_open_accounts(deployment: Deployment) -> None:
    first = opened(deployment, NewAccount("shen", "沈监管", BUREAU, admin=True))
    with pytest.raises(AccountRefused, match="own account"):
        disable_account(deployment, first, "shen", True)
    with pytest.raises(AccountRefused, match="last administrator"):
        disable_account(deployment, OPERATOR, "shen", True)
    opened(deployment, NewAccount("zhou", "周监管", BUREAU, admin=True))
    disable_account(deployment, OPERATOR, "shen", True)


def test_one_changes_one_s_own_password(deployment: Deployment) -> None:
    person = opened(deployment, NewAccount("li", "李仓管", FACTORY))
    here, elsewhere = (sign_in(deployment, "li", GOOD) for _ in range(2))
    with pytest.raises(SignInRefused):
        change_password(deployment, person, here, "wrong", "another-horse-9")
    with pytest.raises(WeakPassword):
        change_password(deployment, person, here, GOOD, "short")
    change_password(deployment, person, here, GOOD, "another-horse-9")
    assert who(deployment, here) == person
    assert who(deployment, elsewhere) is None
    assert sign_in(deployment, "li", "another-horse-9")


def test_guessing_the_current_password_is_slowed_down(deployment: Deployment) -> None:
    person = opened(deployment, NewAccount("li", "李仓管", FACTORY))
    for _ in range(5):
        with pytest.raises(SignInRefused):
            change_password(deployment, person, "", "wrong", "another-horse-9")
    with pytest.raises(SignInRefused):
        change_password(deployment, person, "", GOOD, "another-horse-9")


def test_an_address_is_kept_and_taken_away(deployment: Deployment) -> None:
    person = opened(deployment, NewAccount("li", "李仓管", FACTORY))
    change_email(deployment, person, "li@factory.example")
    assert find_email(deployment, person) == "li@factory.example"
    with pytest.raises(AccountRefused):
        change_email(deployment, person, "nowhere")
    change_email(deployment, person, "")
    assert find_email(deployment, person) == ""


BEGINNING = Beginning(BUREAU, "平湖分局", REGION, "shen", "沈监管", GOOD)


@pytest.fixture
def empty(database: Database, quick_path: object, open_deployment: OpenDeployment) -> Deployment:
    """A deployment whose ledger nobody has opened."""
    return open_deployment(database, quick_path / "new")  # type: ignore[operator]


def test_an_empty_installation_is_begun_by_its_link_once(empty: Deployment) -> None:
    stale, token = offer_set_up(empty), offer_set_up(empty)
    assert stale
    assert token
    with pytest.raises(InvitationRefused):
        set_up(empty, stale, BEGINNING)
    person = who(empty, set_up(empty, token, BEGINNING))
    assert person is not None
    assert (person.role, person.admin) == ("regulator", True)
    assert [row["name"] for row in list_organisations(empty)] == ["平湖分局"]
    assert offer_set_up(empty) is None
    with pytest.raises(InvitationRefused):
        set_up(empty, token, BEGINNING)


def test_a_wrong_field_does_not_use_up_the_first_link(empty: Deployment) -> None:
    token = offer_set_up(empty)
    assert token
    wrong = Beginning("11330482002512341X", "平湖分局", REGION, "shen", "沈监管", GOOD)
    with pytest.raises(InvalidCode):
        set_up(empty, token, wrong)
    with pytest.raises(WeakPassword):
        set_up(empty, token, Beginning(BUREAU, "x", REGION, "shen", "沈", "short"))
    assert set_up(empty, token, BEGINNING)


def test_an_invitation_opens_no_installation(deployment: Deployment) -> None:
    token = create_account(deployment, OPERATOR, FACTORY_ADMIN)
    with pytest.raises(InvitationRefused):
        set_up(deployment, token, BEGINNING)
