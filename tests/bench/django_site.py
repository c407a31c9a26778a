"""Django's admin on a table of its own, as a yardstick: `python tests/bench/django_site.py FILE ORDERS` fills it.

Runs in an environment of its own (requirements.txt beside it) and knows nothing of the desk. Its order has the columns
of the desk's list, the fields of an order's page, and its refunds on the same page.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, ClassVar

import django
from django.apps import AppConfig
from django.conf import settings

FILE = os.environ.get("BENCH_DJANGO_FILE") or sys.argv[1]
sys.modules["django_site"] = sys.modules[__name__]


class Site(AppConfig):
    """This file as an application of its own."""

    name = "django_site"
    path = str(Path(__file__).parent)


settings.configure(
    SECRET_KEY="benchmark-" * 5,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="django_site",
    USE_TZ=True,
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FILE, "CONN_MAX_AGE": None}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django_site.Site",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)
django.setup()

from django.contrib import admin  # noqa: E402 - Django must be set up first
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402

STATUSES = ("pending", "approved", "captured", "denied")
CURRENCIES = ("AED", "SAR", "KWD", "BHD", "JPY")


class Order(models.Model):
    """As the provider describes one."""

    order_id = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=16, choices=[(one, one.title()) for one in STATUSES], db_index=True)
    currency = models.CharField(max_length=3, choices=[(one, one) for one in CURRENCIES])
    total_amount = models.BigIntegerField()
    tax_amount = models.BigIntegerField()
    created = models.DateTimeField(db_index=True)
    status_changed = models.DateTimeField()
    num_instalments = models.IntegerField(default=3)
    customer_email = models.CharField(max_length=254, default="shopper@example.test")
    customer_name = models.CharField(max_length=120, default="Noura Shopper")
    phone = models.CharField(max_length=32, default="+971500000000")
    address = models.CharField(max_length=255, default="1 Long Street")
    city = models.CharField(max_length=80, default="Dubai")
    country = models.CharField(max_length=2, default="AE")

    class Meta:
        app_label = "django_site"
        ordering: ClassVar[list[str]] = ["-created"]

    def __str__(self) -> str:
        return self.order_id


class Refund(models.Model):
    """A part given back."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    amount = models.BigIntegerField()
    description = models.CharField(max_length=255)
    created = models.DateTimeField()

    class Meta:
        app_label = "django_site"


class RefundInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Refund
    extra = 0


class OrderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("order_id", "status", "total_amount", "tax_amount", "created", "status_changed")
    list_filter = ("status", "currency")
    search_fields = ("order_id",)
    list_per_page = 20
    inlines = (RefundInline,)


admin.site.register(Order, OrderAdmin)
urlpatterns = [path("admin/", admin.site.urls)]


def fill(orders: int) -> None:
    """Makes the tables, so many orders, two refunds of the newest, and prints the cookie of somebody signed in."""
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Order)
        editor.create_model(Refund)
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [orders])
        cursor.execute(_REFUNDS, [orders, orders])
    user = User.objects.create_superuser("admin", "", "benchmark")
    store: Any = SessionStore()
    store.update({"_auth_user_id": str(user.pk), "_auth_user_hash": user.get_session_auth_hash()})
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store.create()
    print(f"sessionid={store.session_key}")


_FILL = """WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
INSERT INTO django_site_order (id, order_id, status, currency, total_amount, tax_amount, created, status_changed,
  num_instalments, customer_email, customer_name, phone, address, city, country)
SELECT n, printf('order-%%07d', n), CASE n %% 4 WHEN 0 THEN 'pending' WHEN 1 THEN 'approved' WHEN 2 THEN 'captured'
  ELSE 'denied' END, 'AED', n * 7 %% 900000 + 100, n * 7 %% 900 + 5, datetime(1700000000 + n * 60, 'unixepoch'),
  datetime(1700000500 + n * 60, 'unixepoch'), 3, 'shopper@example.test', 'Noura Shopper', '+971500000000',
  '1 Long Street', 'Dubai', 'AE' FROM numbers"""
_REFUNDS = """INSERT INTO django_site_refund (order_id, amount, description, created) VALUES
(%s, 1200, 'returned', '2026-01-01'), (%s, 300, 'late', '2026-01-02')"""

if __name__ == "__main__":
    fill(int(sys.argv[2]))
else:
    assert Path(FILE).exists()
    application = get_wsgi_application()
