import { registry } from "@web/core/registry";

const FILES = {
    products: `Artikelnummer;Bezeichnung;Einheit;Verkaufspreis (netto);Einkaufspreis;MwSt;Haltbarkeit (Tage);Rückverfolgung
TOUR-100;Ringelblumensalbe;Stück;12,50;4,20;19 %;540;Charge
TOUR-200;Bienenwachs;kg;;9,80;;;Charge
TOUR-210;Ringelblumenöl;l;;6,00;7 %;365;Charge
TOUR-300;Tiegel 50 ml;Stück;;0,35;;;keine`,
    recipes: `Produkt;Ausbeute;Einheit Ausbeute;Art;Zutat;Menge;Einheit;Arbeitsschritt;Arbeitsplatz;Minuten
TOUR-100;100;Stück;Zutat;TOUR-200;500;g;;;
TOUR-100;100;Stück;Zutat;TOUR-210;2,5;l;;;
TOUR-100;100;Stück;Zutat;TOUR-300;100;;;;
TOUR-100;100;Stück;Arbeitsschritt;;;;Abfüllen;Kessel 1;45`,
    lots: `Artikelnummer;Charge;Menge;Einheit;Lagerplatz;MHD
TOUR-200;W-1;1.500;g;Regal A1;31.12.2027
TOUR-210;O-7;12,5;l;;06.2027
TOUR-300;;1.000;;;`,
    partners: `Kundennummer;Firma;Art;Straße;PLZ;Ort;E-Mail
TOUR-K1;Apotheke am Markt;Kunde;Marktplatz 3;01067;Dresden;post@apotheke.example`,
};

const row = (name) => `.o_start_steps .o_data_row:has(td[name=name]:contains(/^${name}$/))`;

/** Go from the page to where a step is done. */
function open(name) {
    return {
        content: `Step: ${name}`,
        trigger: `${row(name)} button[name=action_open]`,
        run: "click",
    };
}

/** The page says that a step is done. */
function done(name, word = "Erledigt") {
    return {
        content: `${name}: ${word}`,
        trigger: `${row(name)} td[name=state]:contains(${word})`,
    };
}

/** Nothing is to be done for a step here. */
function settle(name) {
    return [
        {
            content: `Step: ${name}`,
            trigger: `${row(name)} button[name=action_settle]`,
            run: "click",
        },
        done(name, "Von Hand erledigt"),
    ];
}

function back() {
    return {
        content: "Back to the page",
        trigger: ".o_breadcrumb a:contains(Erste Schritte), .o_back_button:contains(Erste Schritte)",
        run: "click",
    };
}

/** Upload a file, look at the trial run, import it. */
function upload(name, table) {
    return [
        open(name),
        {
            content: "Choose the file",
            trigger: ".o_form_view .o_field_widget[name=file]",
            run() {
                const input = this.anchor.querySelector("input[type=file]");
                const chosen = new DataTransfer();
                chosen.items.add(new File([FILES[table]], `${table}.csv`, { type: "text/csv" }));
                input.files = chosen.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            content: "The trial run",
            trigger: "button[name=action_check]:contains(/^Prüfen$/)",
            run: "click",
        },
        {
            content: "All rows are new, none is wrong",
            trigger: ".o_form_view:not(:has(.alert-warning)) .o_field_widget[name=row_ids] .o_data_row .badge:contains(Neu)",
        },
        {
            content: "Import",
            trigger: "button[name=action_import]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Importiert)",
        },
        back(),
        done(name),
    ];
}

registry.category("web_tour.tours").add("order_hub_start_first_hour", {
    steps: () => [
        open("Ihr Unternehmen"),
        {
            content: "The address of mail is missing",
            trigger: ".modal .o_field_widget[name=email] input",
            run: "edit post@imkerei.example",
        },
        {
            trigger: ".modal footer button[name=action_save]",
            run: "click",
        },
        done("Ihr Unternehmen"),
        done("Kontenrahmen"),
        done("Kolleginnen und Kollegen"),
        ...upload("Produkte", "products"),
        ...upload("Rezepturen", "recipes"),
        ...upload("Chargen und Bestand", "lots"),
        ...upload("Kunden und Lieferanten", "partners"),
        ...settle("Verkaufskanal"),
        ...settle("DATEV"),
        ...settle("Versandmarken"),
        open("Erster Auftrag"),
        {
            content: "A new order",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=partner_id] input",
            run: "edit Apotheke",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(Apotheke am Markt)",
            run: "click",
        },
        {
            trigger: ".o_field_x2many_list_row_add a:first",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=product_template_id] textarea, .o_field_widget[name=product_template_id] input, .o_field_widget[name=product_id] textarea, .o_field_widget[name=product_id] input",
            run: "edit Ringelblumensalbe",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(Ringelblumensalbe)",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=product_uom_qty] input",
            run: "edit 80",
        },
        {
            content: "Confirm it",
            trigger: "button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Verkaufsauftrag)",
        },
        back(),
        done("Erster Auftrag"),
        open("Erster Fertigungsauftrag"),
        {
            content: "One run covers the order",
            trigger: ".modal .o_data_row:contains(Ringelblumensalbe)",
        },
        {
            content: "Create it",
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Ringelblumensalbe)",
        },
        back(),
        done("Erster Fertigungsauftrag"),
        {
            content: "Everything that is needed is there",
            trigger: ".alert-success:contains(Alles Nötige ist da)",
        },
        ...settle("Abgleich mit dem Altsystem"),
    ],
});
