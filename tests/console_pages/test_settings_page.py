"""`/settings`, as an owner uses it: what is changed there takes effect at the collector."""

from typing import Any


def test_a_key_is_made_used_revoked_and_refused(serving: Any, tab: Any, until: Any) -> None:
    page = tab("admin").open("/settings?tab=keys")
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Create key").click()
    shown = page.get_by_role("dialog", name="is made")
    secret = shown.locator(".code").inner_text()
    assert secret.startswith("bb_")
    until(lambda: serving.send(secret, name="by the new key", user_id="u9") == 202, 3)
    shown.get_by_role("button", name="I have copied it").click()
    shown.wait_for(state="hidden")
    assert page.get_by_text(secret).count() == 0

    line = page.locator(".line", has_text=f"…{secret[-4:]}")
    line.get_by_text("events:write").wait_for()
    line.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Revoke key").click()
    page.get_by_text("Revoked keys (1)").wait_for()
    until(lambda: serving.send(secret, name="by the revoked key", user_id="u9") == 401, 3)


def test_a_key_has_a_label_that_refusals_show(serving: Any, tab: Any, until: Any) -> None:
    page = tab("admin").open("/settings?tab=keys")
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill("Shop <b>live</b>")
    dialog.get_by_role("button", name="Create key").click()
    shown = page.get_by_role("dialog", name="is made")
    secret = shown.locator(".code").inner_text()
    shown.get_by_role("button", name="I have copied it").click()
    line = page.locator(".line", has_text=f"…{secret[-4:]}")
    line.get_by_text("Shop <b>live</b>", exact=True).wait_for()

    line.get_by_role("button", name="Label of Shop").click()
    field = page.get_by_role("dialog", name="Label of key_").get_by_label("Label")
    assert field.input_value() == "Shop <b>live</b>"
    field.fill("Till")
    field.press("Enter")
    line.get_by_text("Till", exact=True).wait_for()
    until(lambda: serving.send(secret, user_id="u-1") == 422)
    until(lambda: any(one["key_label"] == "Till" for one in serving.call("refusals")["refusals"]))
    tab("viewer").open("/refusals").get_by_role("heading", name="Key Till (key_").wait_for()

    line.get_by_role("button", name="Label of Till").click()
    page.get_by_role("dialog", name="Label of key_").get_by_label("Label").fill("")
    page.get_by_role("button", name="Save label").click()
    page.get_by_text("has no label").wait_for()
    assert line.get_by_text("Till").count() == 0


def test_a_key_without_scope_is_told_so_and_the_dialog_stays(tab: Any) -> None:
    page = tab("admin").open("/settings?tab=keys")
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="events:write").click()
    dialog.get_by_role("button", name="Create key").click()
    page.get_by_text("A key needs a scope").wait_for()
    assert dialog.is_visible()


def test_a_scope_stands_beside_its_box(tab: Any) -> None:
    page = tab("admin").open("/settings?tab=keys")
    page.get_by_role("button", name="Create key").click()
    box = page.get_by_role("dialog").get_by_role("checkbox", name="events:read")
    box.wait_for()
    beside = """box => {
        const [square, label] = [".q-checkbox__inner", ".q-checkbox__label"].map(
            part => box.querySelector(part).getBoundingClientRect());
        return label.left >= square.right && label.top < square.bottom; }"""
    assert box.evaluate(beside)


def test_a_setting_is_changed_and_a_wrong_one_told(serving: Any, tab: Any) -> None:
    page = tab("admin").open("/settings")
    page.get_by_label("currency").fill("zloty")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Currency cannot be 'zloty'").wait_for()
    page.get_by_label("currency").fill("pln")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved").wait_for()
    workspace = next(one for one in serving.call("workspace", "list")["workspaces"] if one["name"] == "default")
    assert workspace["settings"]["currency"] == "PLN"


def test_a_limit_is_lifted(serving: Any, tab: Any) -> None:
    page = tab("admin").open("/settings?tab=limits")
    page.get_by_label("klaviyo.burst").fill("off")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved").wait_for()
    workspace = next(one for one in serving.call("workspace", "list")["workspaces"] if one["name"] == "default")
    assert workspace["settings"]["klaviyo.burst"] == "off"


def test_lists_and_sites_are_added_and_a_site_is_removed(serving: Any, tab: Any, until: Any) -> None:
    page = tab("admin").open("/settings?tab=lists")
    page.get_by_label("Name").fill("Customers")
    page.get_by_label("Number").fill("94")
    page.keyboard.press("Enter")
    page.locator(".line", has_text="Customers").get_by_text("94").wait_for()
    page.get_by_role("tab", name="Sites").click()
    page.get_by_role("button", name="Add site").wait_for()
    page.get_by_label("Name").fill("Shop")
    page.get_by_role("button", name="Add site").click()
    line = page.locator(".line", has_text="Shop")
    line.wait_for()
    assert "tab=sites" in page.url
    site = line.locator(".code").inner_text()
    until(lambda: serving.send(site, name="seen", anonymous_id="a1") == 202, 3)
    line.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove site").click()
    page.get_by_text("Removed site Shop").wait_for()
    line.wait_for(state="detached")
    until(lambda: serving.send(site, name="seen", anonymous_id="a1") == 401, 3)


def test_a_user_is_added_signs_in_and_is_removed(serving: Any, tab: Any) -> None:
    page = tab("admin").open("/settings?tab=users")
    page.get_by_role("button", name="Add user").click()
    page.get_by_role("dialog").get_by_label("Name").fill("ana")
    page.get_by_role("dialog").get_by_role("button", name="Add user").click()
    shown = page.get_by_role("dialog", name="User ana is made")
    form = {"user": "ana", "password": shown.locator(".code").inner_text()}
    with serving.http("198.51.100.77") as http:
        assert http.post("/sign-in", data=form).status_code == 303
        assert http.get("/").status_code == 200
        shown.get_by_role("button", name="I have copied it").click()
        page.locator(".line", has=page.get_by_text("ana", exact=True)).get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Remove user").click()
        page.get_by_text("Removed ana").wait_for()
        assert http.get("/").status_code == 303
        assert http.post("/sign-in", data=form).status_code == 401


def test_the_last_owner_stays(tab: Any) -> None:
    page = tab("admin").open("/settings?tab=users")
    page.locator(".line", has_text="admin").get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove user").click()
    page.get_by_text("User admin is the only owner of workspace default").wait_for()
    page.get_by_text("Make another user an owner first").wait_for()
