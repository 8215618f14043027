"""Writes the JSON Schemas that manifests are checked against, from what PyPI has, into the folder that is named."""

import json
import sys
from pathlib import Path

import kubernetes_validate
from cloudcoil.models.keda import v1alpha1

KUBERNETES = "v1.34.0"
KEDA_KINDS = (v1alpha1.ScaledObject, v1alpha1.TriggerAuthentication)


def write_kubernetes(folder):
    """The schemas name each other by addresses; here they have to find each other as files."""
    source = Path(kubernetes_validate.__path__[0], "kubernetes-json-schema", f"{KUBERNETES}-local-strict")
    for path in source.glob("*.json"):
        schema = json.loads(path.read_text().replace("/api/_definitions.json", "_definitions.json"))
        schema.pop("$id", None)
        (folder / path.name).write_text(json.dumps(schema))


def write_keda(folder):
    """The models let unknown fields pass; the Kubernetes API does not."""
    for kind in KEDA_KINDS:
        schema = kind.model_json_schema(by_alias=True)
        for part in (schema, *schema["$defs"].values()):
            if "properties" in part:
                part["additionalProperties"] = False
        (folder / f"{kind.__name__.lower()}-keda-v1alpha1.json").write_text(json.dumps(schema))


folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
write_kubernetes(folder)
write_keda(folder)
