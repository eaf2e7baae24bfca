# The product on the official Odoo image: the same requirements, addons and odoo.conf as `make run`.
FROM odoo:19.0

USER root
COPY requirements/runtime.txt /opt/batch-order-hub/runtime.txt
# The image's Python is Debian's: pip has to be told that adding to it is meant.
RUN pip3 install --no-cache-dir --no-deps --break-system-packages \
    -r /opt/batch-order-hub/runtime.txt
COPY odoo.conf /etc/odoo/odoo.conf
COPY addons /mnt/extra-addons

# What the image's own odoo.conf says, which ours replaces.
ENV ODOO_ADDONS_PATH=/mnt/extra-addons \
    ODOO_DATA_DIR=/var/lib/odoo

USER odoo
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8069/web/health"]
