"""The only place where rules meet the database: tables, sequencer, projector, queries."""
