# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a document costs before it runs.

Shopify does not publish its formula. The one used here reproduces what the shop
reports for most known documents: a scalar is free, an object costs 1, money is free,
a mutation costs 10, a connection of n nodes costs 2 + max(1, floor(2 ln n)) nodes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    value_from_ast_untyped,
)

FREE = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})


class CostCounter:
    """Counts one operation with its variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self.schema = schema
        self.variables = dict(variables)
        self.fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.operation = next(
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        )

    def total(self) -> int:
        """Points of the whole operation."""
        mutation = self.operation.operation == OperationType.MUTATION
        root = self.schema.mutation_type if mutation else self.schema.query_type
        cost = self._selections(self.operation.selection_set, root)
        if mutation:
            fields = sum(isinstance(s, FieldNode) for s in self.operation.selection_set.selections)
            return 10 * fields
        return cost

    def _selections(self, selection_set: SelectionSetNode, parent: Any) -> int:
        cost = 0
        for selection in selection_set.selections:
            if not self._included(selection):
                continue
            if isinstance(selection, FieldNode):
                cost += self._field(selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
                target = self.schema.type_map[fragment.type_condition.name.value]
                cost += self._selections(fragment.selection_set, target)
            elif isinstance(selection, InlineFragmentNode):
                target = parent
                if selection.type_condition:
                    target = self.schema.type_map[selection.type_condition.name.value]
                cost += self._selections(selection.selection_set, target)
        return cost

    def _field(self, node: FieldNode, parent: Any) -> int:
        field = getattr(parent, "fields", {}).get(node.name.value)
        if field is None:
            return 0
        target = get_named_type(field.type)
        if not is_composite_type(target) or target.name in FREE or not node.selection_set:
            return 0
        if target.name.endswith("Connection"):
            return 2 + self._factor(node, "first", "last") * self._nodes(node, target)
        inner = 1 + self._selections(node.selection_set, target)
        if node.name.value == "nodes":
            return self._factor(node, "ids") * inner
        return inner

    def _nodes(self, node: FieldNode, connection: Any) -> int:
        """Cost of one node of a connection, however it is selected."""
        cost = 0
        for selection in node.selection_set.selections:
            if isinstance(selection, FieldNode) and selection.name.value in ("nodes", "edges"):
                target = get_named_type(connection.fields[selection.name.value].type)
                cost += 1 + self._selections(selection.selection_set, target)
        return cost

    def _factor(self, node: FieldNode, *names: str) -> int:
        for argument in node.arguments or ():
            if argument.name.value in names:
                value = value_from_ast_untyped(argument.value, self.variables)
                count = len(value) if isinstance(value, list) else int(value or 1)
                return max(1, math.floor(2 * math.log(max(count, 1))))
        return 1

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("include", "skip"):
                value = value_from_ast_untyped(directive.arguments[0].value, self.variables)
                if bool(value) == (directive.name.value == "skip"):
                    return False
        return True
