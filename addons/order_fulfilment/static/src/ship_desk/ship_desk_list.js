// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import { useBus, useService } from "@web/core/utils/hooks";
import { useRef, useState } from "@odoo/owl";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * The list of deliveries with a field to scan into. A scan ticks deliveries or counts a piece;
 * what it means is the server's business.
 */
export class ShipDeskController extends ListController {
    static template = "order_fulfilment.ShipDesk";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.deskRef = useRef("root");
        this.desk = useState({ code: "", current: false, message: "", kind: "info" });
        this.scans = Promise.resolve();
        useBus(useService("barcode").bus, "barcode_scanned", (ev) =>
            this.scan(ev.detail.barcode)
        );
    }

    get records() {
        const collect = (list) =>
            list.groups ? list.groups.flatMap((group) => collect(group.list)) : list.records;
        return collect(this.model.root);
    }

    onDeskKeydown(ev) {
        if (ev.key === "Enter" && this.desk.code.trim()) {
            ev.preventDefault();
            this.scan(this.desk.code);
            this.desk.code = "";
        }
    }

    /** One after the other: a scanner is faster than an answer. */
    scan(code) {
        this.scans = this.scans.then(() => this._scan(code)).catch((error) => {
            this.desk.kind = "danger";
            throw error;
        });
        return this.scans;
    }

    async _scan(code) {
        const told = await this.orm.call(
            "stock.picking",
            "ship_desk_scan",
            [code],
            { current_id: this.desk.current?.id || false, context: this.props.context }
        );
        Object.assign(this.desk, {
            current: told.current,
            message: told.message,
            kind: told.kind,
        });
        if (told.changed) {
            await this.reload();
        }
        await this.tick(told.ticked, told.current?.id);
    }

    async reload() {
        const ticked = this.records.filter((record) => record.selected).map((r) => r.resId);
        await this.model.root.leaveEditMode();
        await this.model.load();
        await this.tick(ticked);
    }

    async tick(ids, shownId) {
        const wanted = new Set(ids);
        const records = this.records.filter((record) => wanted.has(record.resId));
        await Promise.all(records.map((record) => record.toggleSelection(true)));
        if (records.length < wanted.size) {
            this.notification.add(_t("Not all of them are in this list: look at its filters."), {
                type: "warning",
            });
        }
        const shown = shownId || records[0]?.resId;
        const record = this.records.find((one) => one.resId === shown);
        if (record) {
            this.show(record);
        }
    }

    show(record) {
        const row = this.deskRef.el?.querySelector(`.o_data_row[data-id="${record.id}"]`);
        for (const old of this.deskRef.el?.querySelectorAll(".o_ship_desk_row") || []) {
            old.classList.remove("o_ship_desk_row");
        }
        if (row) {
            row.classList.add("o_ship_desk_row");
            row.scrollIntoView({ block: "nearest" });
        }
    }

    closeCurrent() {
        Object.assign(this.desk, { current: false, message: "", kind: "info" });
    }
}

registry.category("views").add("ship_desk_list", {
    ...listView,
    Controller: ShipDeskController,
});
