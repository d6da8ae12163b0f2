"""The books keep themselves: vouchers and entries are appended, balance, and stand in an open month. And the accounts to begin with."""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = ("accounts_voucher", "accounts_entry")

KEPT = """
-- At the commit a voucher has the entries that it says, as much on the one side as on the other; nobody can add one later.
CREATE FUNCTION accounts_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v accounts_voucher;
    debits numeric;
    credits numeric;
    entries integer;
BEGIN
    SELECT * INTO v FROM accounts_voucher WHERE id = (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    SELECT coalesce(sum(debit), 0), coalesce(sum(credit), 0), count(*) INTO debits, credits, entries
    FROM accounts_entry WHERE voucher_id = v.id;
    IF debits <> credits OR debits <> v.total OR entries <> v.lines THEN
        RAISE EXCEPTION 'voucher % does not balance: debit %, credit %, total %', v.number, debits, credits, v.total
        USING ERRCODE = 'check_violation';
    END IF;
    IF v.reverses_id IS NOT NULL AND (EXISTS (
        SELECT account_id, debit, credit FROM accounts_entry WHERE voucher_id = v.id
        EXCEPT ALL SELECT account_id, credit, debit FROM accounts_entry WHERE voucher_id = v.reverses_id
    ) OR v.total <> (SELECT total FROM accounts_voucher WHERE id = v.reverses_id)) THEN
        RAISE EXCEPTION 'voucher % does not take back the one that it reverses', v.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON accounts_voucher DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION accounts_balanced('id');
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON accounts_entry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION accounts_balanced('voucher_id');

-- The lock waits for who closes the month, and who would close it waits for the voucher.
CREATE FUNCTION accounts_month_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.month_id <> to_char(NEW.day, 'YYYY-MM') THEN
        RAISE EXCEPTION 'a voucher stands in the month of its day' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM FROM accounts_month WHERE month = NEW.month_id AND closed_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the month % is closed', NEW.month_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER open BEFORE INSERT ON accounts_voucher FOR EACH ROW EXECUTE FUNCTION accounts_month_open();

CREATE FUNCTION accounts_month_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a closed month stays closed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON accounts_month FOR EACH ROW EXECUTE FUNCTION accounts_month_kept();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON accounts_month FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();
"""

GUARDS = "".join(
    f"CREATE TRIGGER append_only_{kind.lower()} BEFORE {kind} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();\n"
    for table in APPEND_ONLY
    for kind in ("UPDATE", "DELETE", "TRUNCATE")
)

# Codes and names as in the PRC's Accounting Standards for Business Enterprises; the company edits them.
CHART = """
INSERT INTO accounts_title (code, zh, en, kind, active) VALUES
('1001', '库存现金', 'Cash on hand', 'asset', true),
('1002', '银行存款', 'Bank deposits', 'asset', true),
('1122', '应收账款', 'Accounts receivable', 'asset', true),
('1221', '其他应收款', 'Other receivables', 'asset', true),
('122101', '其他应收款—供应商', 'Other receivables: suppliers', 'asset', true),
('122102', '其他应收款—职工', 'Other receivables: staff', 'asset', true),
('1405', '库存商品', 'Finished goods', 'asset', true),
('2202', '应付账款', 'Accounts payable', 'liability', true),
('2211', '应付职工薪酬', 'Employee benefits payable', 'liability', true),
('2221', '应交税费', 'Taxes payable', 'liability', true),
('222101', '应交税费—应交增值税', 'Taxes payable: VAT', 'liability', true),
('2241', '其他应付款', 'Other payables', 'liability', true),
('5001', '生产成本', 'Production cost', 'cost', true),
('6001', '主营业务收入', 'Sales revenue', 'profit', true),
('600101', '主营业务收入—销售退回', 'Sales revenue: returns', 'profit', true),
('600102', '主营业务收入—销售折让', 'Sales revenue: allowances', 'profit', true),
('6401', '主营业务成本', 'Cost of sales', 'profit', true),
('6601', '销售费用', 'Selling expenses', 'profit', true),
('660101', '销售费用—售后服务费', 'Selling expenses: after-sales service', 'profit', true),
('660102', '销售费用—客诉赔款', 'Selling expenses: compensation of complaints', 'profit', true),
('6711', '营业外支出', 'Non-operating expenses', 'profit', true)
"""


class Migration(migrations.Migration):
    dependencies = (("accounts", "0001_initial"), ("kernel", "0002_guards"))

    operations = (
        migrations.RunSQL(KEPT + GUARDS, "DROP FUNCTION accounts_balanced, accounts_month_open, accounts_month_kept CASCADE"),
        migrations.RunSQL(CHART, migrations.RunSQL.noop),
    )
