"""The two tables of the floor, apart from its settings."""

TABLES = """
CREATE TABLE IF NOT EXISTS floor_ticket (id bigserial PRIMARY KEY, subject text NOT NULL, body text NOT NULL, phone text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS floor_audit (id bigserial PRIMARY KEY, ticket_id bigint NOT NULL REFERENCES floor_ticket, actor text NOT NULL, action text NOT NULL, detail jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now());
GRANT ALL ON floor_ticket, floor_audit, floor_ticket_id_seq, floor_audit_id_seq TO PUBLIC;
"""  # noqa: E501
