"""Streamlit's identity cookie: a valid signature and a signed-in user, both."""

import json

import pytest
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from ui.security import login_of_cookies

NAME = "_streamlit_user"


def cookie(content, secret=None, name=NAME):
    signed = create_signed_value(secret or get_cookie_secret(), name, json.dumps(content))
    return {NAME: signed.decode() if isinstance(signed, bytes) else signed}


def test_a_signed_cookie_of_somebody_signed_in_is_a_login():
    assert login_of_cookies(cookie({"is_logged_in": True, "email": "a@example.org"})) is True


@pytest.mark.parametrize("content", [{"is_logged_in": False}, {"email": "a@example.org"}, {}, [], "yes"])
def test_a_signed_cookie_of_nobody_is_no_login(content):
    assert login_of_cookies(cookie(content)) is False


def test_a_forged_or_missing_cookie_is_no_login():
    assert login_of_cookies({}) is False
    assert login_of_cookies({NAME: ""}) is False
    assert login_of_cookies({NAME: json.dumps({"is_logged_in": True})}) is False
    assert login_of_cookies(cookie({"is_logged_in": True}, secret="another secret")) is False
    assert login_of_cookies(cookie({"is_logged_in": True}, name="another")) is False
