"""A voucher neither stands in a closed month nor before one: it would change what that one began with. And an account for what stock lost."""

from __future__ import annotations

from django.db import migrations

OPEN = """
CREATE OR REPLACE FUNCTION accounts_month_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.month_id <> to_char(NEW.day, 'YYYY-MM') THEN
        RAISE EXCEPTION 'a voucher stands in the month of its day' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(2611);
    PERFORM FROM accounts_month WHERE month >= NEW.month_id AND closed_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the month % or one after it is closed', NEW.month_id USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM accounts_month WHERE month = NEW.month_id FOR SHARE;
    RETURN NEW;
END $$;
"""
CHART = """
INSERT INTO accounts_title (code, zh, en, kind, active) VALUES ('6701', '资产减值损失', 'Impairment of assets', 'profit', true)
ON CONFLICT (code) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = (("accounts", "0002_ledger"),)

    operations = (migrations.RunSQL(OPEN, migrations.RunSQL.noop), migrations.RunSQL(CHART, migrations.RunSQL.noop))
