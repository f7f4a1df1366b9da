"""What a line of a timeline says: a template for every event type.

The templates know the shapes of Suricata 6, 7 and 8: a field that a release does not have
is left out. :mod:`suricata_eve.analysis.templates` tells what they are made of, and
:mod:`suricata_eve.analysis.event_texts` what ``{@name}`` stands for.
"""

from __future__ import annotations

__all__ = ["TEMPLATES"]


def _multicast_dns(name: str) -> tuple[str, ...]:
    asked = f"{{{name}.queries[].rrtype}}", f"{{{name}.queries[].rrname}}"
    return (f"{{{name}.type}}", *asked, f"-> {{{name}.answers[].rdata|{name}.answers[].rrname}}")


_DNS = (
    *("{@dns_kind}", "{dns.rrtype|dns.queries[].rrtype}", "{dns.rrname|dns.queries[].rrname}"),
    "-> {@dns_result}",
)
_HTTP = (
    *("{http.http_method}", "{@http_target}", "-> {http.status}", "to {http.redirect}"),
    *(", {http.length:,byte}", ", {http.http_content_type}", ", agent {http.http_user_agent}"),
    ", HTTP/2 stream {http.http2.stream_id}",
)
_LDAP_NAMES = (
    *("search_request.base_object", "bind_request.name", "modify_request.object"),
    *("add_request.entry", "del_request.dn", "mod_dn_request.entry", "compare_request.entry"),
    "extended_request.name",
)
_PGSQL_REQUESTS = ("simple_query", "message", "sasl_authentication_mechanism")
_MQTT_KINDS = (
    *("puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback"),
    *("pingreq", "pingresp", "auth", "disconnect"),
)

TEMPLATES: dict[str, tuple[str, ...]] = {
    "alert": (
        *("[{alert.severity}]", "{alert.signature}", "({alert.category})"),
        *("sid {alert.signature_id}", "{alert.action!allowed}"),
    ),
    "anomaly": (
        *("{anomaly.type}", "{anomaly.app_proto}", "{anomaly.event}", "code {anomaly.code}"),
        ", {anomaly.layer}",
    ),
    "arp": (
        *("{arp.opcode}", "{arp.src_ip}", "({arp.src_mac})"),
        *("-> {arp.dest_ip}", "({arp.dest_mac})"),
    ),
    "bittorrent_dht": (
        "{bittorrent_dht.request_type}",
        "{bittorrent_dht.request.info_hash|bittorrent_dht.request.target}",
        "{bittorrent_dht.response.id?response}",
        *("error {bittorrent_dht.error.num}", "{bittorrent_dht.error.msg}"),
        ", node {bittorrent_dht.request.id|bittorrent_dht.response.id}",
    ),
    "dcerpc": (
        *("{dcerpc.request}", "opnum {dcerpc.req.opnum}", "-> {dcerpc.response}"),
        ", interface {dcerpc.interfaces[].uuid}",
    ),
    "dhcp": (
        *("{dhcp.dhcp_type|dhcp.type}", "{dhcp.client_mac}", "{dhcp.hostname}"),
        *(", asks for {dhcp.requested_ip}", ", assigned {dhcp.assigned_ip!0.0.0.0}"),
        *(", router {dhcp.routers[]}", ", DNS {dhcp.dns_servers[]}"),
    ),
    "dnp3": (
        "{dnp3.type|dnp3.request.type}",
        "function {dnp3.application.function_code|dnp3.request.application.function_code}",
        *("-> {dnp3.response.type}", "function {dnp3.response.application.function_code}"),
        ", {dnp3.iin.indicators[]|dnp3.response.iin.indicators[]}",
    ),
    "dns": _DNS,
    "doh2": (*_DNS, ", by {http.hostname}"),
    "drop": (
        *("{drop.reason}", "{alert.signature}"),
        *(", {proto} of {drop.len:,byte}", ", TTL {drop.ttl|drop.hoplimit}"),
    ),
    "engine": ("{log_level}", "{engine.message|engine.error}", ", {engine.module}"),
    "enip": (
        "{enip.request.command|enip.response.command}",
        "{enip.request.cip.service|enip.response.cip.service}",
        *("{enip.request.cip.class_name}", "-> {enip.response.status}"),
        *("{enip.response.cip.status}", ", {enip.response.identity.product_name}"),
    ),
    "fileinfo": (
        *("{fileinfo.filename}", "{fileinfo.state!CLOSED}", ", {fileinfo.size:,byte}"),
        *(", {fileinfo.magic}", ", sha256 {fileinfo.sha256}", ", md5 {@md5}"),
        ", {fileinfo.stored?stored}",
    ),
    "flow": (
        *("{proto}", "{app_proto!failed|unknown}", "{flow.state}", "({flow.reason})"),
        "after {@flow_time}",
        ", to server {flow.pkts_toserver:,packet} {flow.bytes_toserver:,byte}",
        ", to client {flow.pkts_toclient:,packet} {flow.bytes_toclient:,byte}",
        *(", {flow.alerted?alerted}", ", {flow.action}"),
    ),
    "frame": (
        *("{frame.type}", "{frame.direction}", "{frame.length:,byte}"),
        ", {frame.payload_printable}",
    ),
    "ftp": (
        *("{ftp.command}", "{ftp.command_data}", "-> {ftp.completion_code[]}", "{ftp.reply[]}"),
        *(", {ftp.mode}", ", port {ftp.dynamic_port}"),
    ),
    "ftp_data": ("{ftp_data.command}", "{ftp_data.filename}"),
    "http": _HTTP,
    "http2": _HTTP,
    "ike": (
        *("IKEv{ike.version_major}", "{ike.exchange_type_verbose}"),
        *("exchange {ike.exchange_type}", "{ike.role}"),
        *(", {ike.alg_enc}", ", {ike.alg_hash}", ", {ike.alg_auth}", ", payloads {ike.payload[]}"),
    ),
    "ikev2": (
        *("IKEv{ikev2.version_major}", "exchange {ikev2.exchange_type}", "{ikev2.role}"),
        *(", {ikev2.alg_enc}", ", {ikev2.alg_auth}", ", payloads {ikev2.payload[]}"),
    ),
    "krb5": (
        *("{krb5.msg_type}", "{krb5.cname!<empty>}", "in {krb5.realm!<empty>}"),
        *("for {krb5.sname!<empty>}", "-> {krb5.error_code}"),
        *(", encryption {krb5.encryption!<none>}", "{krb5.weak_encryption?(weak)}"),
        *(", ticket {krb5.ticket_encryption}", "{krb5.ticket_weak_encryption?(weak)}"),
    ),
    "ldap": (
        "{ldap.request.operation}",
        f"{{{'|'.join(f'ldap.request.{name}' for name in _LDAP_NAMES)}}}",
        "-> {ldap.responses[].operation}",
    ),
    "llmnr": _multicast_dns("llmnr"),
    "mdns": _multicast_dns("mdns"),
    "metadata": ("flowbits {metadata.flowbits[]}",),
    "modbus": (
        "{modbus.request.function_code|modbus.request.function_raw}",
        "unit {modbus.request.unit_id}",
        "address {modbus.request.read.address|modbus.request.write.address}",
        "-> {modbus.response.function_code|modbus.response.function_raw}",
        "{modbus.response.exception.code}",
    ),
    "mqtt": (
        "{mqtt.connect.protocol_version?CONNECT}",
        *("{mqtt.connect.client_id}", "user {mqtt.connect.username}"),
        *("{mqtt.connack.return_code?CONNACK}", "{mqtt.connack.return_code}"),
        *("{mqtt.publish.qos?PUBLISH}", "{mqtt.publish.topic}", "{mqtt.publish.message}"),
        *("{mqtt.subscribe.qos?SUBSCRIBE}", "{mqtt.subscribe.topics[].topic}"),
        *("{mqtt.unsubscribe.qos?UNSUBSCRIBE}", "{mqtt.unsubscribe.topics[]}"),
        *(f"{{mqtt.{kind}.qos?{kind.upper()}}}" for kind in _MQTT_KINDS),
        "reason {mqtt.disconnect.reason_code}",
    ),
    "netflow": (
        *("{proto}", "{app_proto!failed|unknown}", "{netflow.pkts:,packet}"),
        *("{netflow.bytes:,byte}", "in {@netflow_time}"),
    ),
    "nfs": (
        *("NFSv{nfs.version}", "{nfs.procedure}", "{nfs.filename}", "to {nfs.rename.to}"),
        *("-> {nfs.status}", ", uid {rpc.creds.uid}"),
    ),
    "ntp": ("NTPv{ntp.version}", "mode {ntp.mode}", "stratum {ntp.stratum}"),
    "packet": ("{proto} packet", ", {packet_info.linktype_name}"),
    "pgsql": (
        f"{{{'|'.join(f'pgsql.request.{name}' for name in _PGSQL_REQUESTS)}}}",
        "user {pgsql.request.startup_parameters.user}",
        "-> {pgsql.response.command_completed|pgsql.response.message|pgsql.response.code}",
        ", {pgsql.response.data_rows:,row}",
    ),
    "pop3": (
        *("{pop3.request.command}", "{pop3.request.args[]}"),
        *("-> {pop3.response.status}", "{pop3.response.header}"),
    ),
    "quic": (
        *("QUIC {quic.version}", "to {quic.sni}", ", agent {quic.ua}", ", ja4 {quic.ja4}"),
        *(", ja3 {quic.ja3.hash}", ", ja3s {quic.ja3s.hash}"),
    ),
    "rdp": (
        *("{rdp.event_type}", "{rdp.protocol}", "{rdp.reason}", ", cookie {rdp.cookie}"),
        *(", client {rdp.client.client_name}", ", build {rdp.client.build}"),
    ),
    "rfb": (
        "RFB {rfb.client_protocol_version.major}.{rfb.client_protocol_version.minor}",
        ", security type {rfb.authentication.security_type}",
        ", result {rfb.authentication.security_result}",
        *(", {rfb.framebuffer.name}", ", {rfb.server_security_failure_reason}"),
    ),
    "sip": ("{sip.request_line|sip.response_line}",),
    "smb": (
        *("{smb.command}", "{smb.share}", "{smb.filename|smb.directory|smb.named_pipe}"),
        *("to {smb.rename.to}", "-> {smb.status|smb.status_code}", ", {smb.disposition}"),
        *(", user {smb.ntlmssp.user}", "of {smb.ntlmssp.domain}", "on {smb.ntlmssp.host}"),
        *(", DCERPC {smb.dcerpc.request}", "opnum {smb.dcerpc.opnum}", ", {smb.dialect}"),
    ),
    "smtp": (
        *("from {smtp.mail_from}", "to {smtp.rcpt_to[]}", ", subject {email.subject}"),
        *(", attached {email.attachment[]}", ", HELO {smtp.helo}"),
    ),
    "snmp": (
        *("SNMPv{snmp.version}", "{snmp.pdu_type}", "{snmp.vars[]}"),
        *(", community {snmp.community}", ", user {snmp.usm}"),
    ),
    "ssh": (
        *("{ssh.client.software_version}", "-> {ssh.server.software_version}"),
        ", hassh {ssh.client.hassh.hash}",
    ),
    "stats": (
        *("uptime {stats.uptime:,} s", ", {stats.decoder.pkts:,packet}"),
        *(", {stats.decoder.bytes:,byte}", ", {stats.detect.alert:,alert}"),
        ", {stats.capture.kernel_drops:,packet} dropped",
    ),
    "stream_tcp": (
        *("{stream_tcp.session.pstate!none}", "-> {stream_tcp.session.state}"),
        *(", {stream_tcp.packet.len:,byte}", ", {stream_tcp.packet.flags[]}"),
        ", {stream_tcp.session.reason}",
    ),
    "template": ("{template.request}", "-> {template.response}"),
    "tftp": ("{tftp.packet}", "{tftp.file}", "({tftp.mode})"),
    "tls": (
        *("{tls.version}", "to {tls.sni}", ", certificate {tls.subject}"),
        *(", issued by {tls.issuerdn}", ", {tls.session_resumed?resumed}"),
        *(", ja4 {tls.ja4|tls.ja4.hash}", ", ja3 {tls.ja3.hash|tls.ja3}"),
    ),
    "websocket": ("{websocket.opcode}", "{websocket.payload_printable}"),
}
"""Templates by event type."""
