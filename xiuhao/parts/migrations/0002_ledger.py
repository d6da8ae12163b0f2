"""The ledger keeps itself: entries are appended, balance, and carry the stock; nobody else writes it. And the places that are there once."""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = ("parts_movement", "parts_entry")

POST = """
CREATE FUNCTION parts_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh GROUP BY movement_id, part_id, piece_id HAVING sum(quantity) <> 0) THEN
        RAISE EXCEPTION 'what leaves one place must come to another' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM fresh f JOIN parts_movement m ON m.id = f.movement_id JOIN parts_piece p ON p.id = f.piece_id
        WHERE f.quantity < 0 AND NOT m.forced AND p.place_id <> f.place_id
    ) THEN
        RAISE EXCEPTION 'a piece leaves only the place where it is' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO parts_balance (place_id, part_id, quantity, held, owes)
    SELECT DISTINCT f.place_id, f.part_id, 0, 0, p.kind = 'van' FROM fresh f JOIN parts_place p ON p.id = f.place_id
    WHERE p.kind NOT IN ('supplier', 'customer', 'variance') ORDER BY 1, 2
    ON CONFLICT DO NOTHING;
    PERFORM FROM parts_balance b WHERE EXISTS (SELECT FROM fresh f WHERE f.place_id = b.place_id AND f.part_id = b.part_id)
    ORDER BY b.place_id, b.part_id FOR UPDATE;
    UPDATE parts_balance b SET quantity = b.quantity + s.quantity, held = b.held + s.held
    FROM (SELECT place_id, part_id, sum(quantity) AS quantity, sum(held) AS held FROM fresh GROUP BY 1, 2) s
    WHERE b.place_id = s.place_id AND b.part_id = s.part_id;
    UPDATE parts_piece p SET place_id = f.place_id FROM fresh f WHERE p.id = f.piece_id AND f.quantity > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER post AFTER INSERT ON parts_entry REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION parts_post();

-- An empty balance may be opened by anybody, so that it can be locked; what stands in it comes from the ledger.
CREATE FUNCTION parts_balance_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND (TG_OP <> 'INSERT' OR NEW.quantity <> 0 OR NEW.held <> 0) THEN
        RAISE EXCEPTION 'stock changes by its ledger alone: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON parts_balance FOR EACH ROW EXECUTE FUNCTION parts_balance_kept();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON parts_balance FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();
"""

GUARDS = "".join(
    f"CREATE TRIGGER append_only_{kind.lower()} BEFORE {kind} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();\n"
    for table in APPEND_ONLY
    for kind in ("UPDATE", "DELETE", "TRUNCATE")
)

ONCE = """
INSERT INTO parts_place (kind, name, active) VALUES
('transit', '在途', true), ('supplier', '供应商', true), ('customer', '客户处', true), ('variance', '盘盈盘亏', true)
"""


class Migration(migrations.Migration):
    dependencies = (("parts", "0001_initial"), ("kernel", "0002_guards"))

    operations = (
        migrations.RunSQL(POST + GUARDS, "DROP FUNCTION parts_post, parts_balance_kept CASCADE"),
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
    )
