"""Pages of the inbox, and of mail that could not be sent."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, row_number, signed_in, someone_at_hand
from exchange.notifications import queries, services
from exchange.notifications.models import Notification
from exchange.notifications.policy import handles_mail
from exchange.outbox import Message

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@requires(signed_in)
def inbox() -> ResponseReturnValue:
    before, after = (request.args.get(name, type=row_number) for name in ("before", "after"))
    return render_template(
        "notifications/inbox.html", inbox=queries.inbox(someone_at_hand(), before=before, after=after)
    )


@blueprint.post("/notifications/<int(max=2147483647):notification_id>/open")
@requires(signed_in, of=queries.notification)
def open_notification(notification: Notification) -> ResponseReturnValue:
    services.mark_read(notification)
    return redirect(request.script_root + notification.path, 303)


@blueprint.post("/notifications/read")
@requires(signed_in)
def mark_all_read() -> ResponseReturnValue:
    services.mark_all_read(someone_at_hand(), request.form.get("up_to", 0, type=row_number))
    return redirect(url_for("notifications.inbox"), 303)


@blueprint.get("/admin/mail")
@requires(handles_mail)
def failed_mail() -> ResponseReturnValue:
    return render_template("notifications/failed_mail.html", messages=queries.failed_mail())


@blueprint.post("/admin/mail/<int(max=2147483647):message_id>/retry")
@requires(handles_mail, of=queries.failed_message)
def retry_message(message: Message) -> ResponseReturnValue:
    services.retry_message(message, someone_at_hand())
    flash("We will try to send it again within a minute.")
    return redirect(url_for("notifications.failed_mail"), 303)
