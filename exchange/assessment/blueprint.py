"""The blueprint that all pages of assessment hang on."""

from flask import Blueprint

blueprint = Blueprint("assessment", __name__)
