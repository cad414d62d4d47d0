"""Bulk import (批量导入) by XLSX or CSV: read, check every cell, write all of it or nothing."""
