using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class ManyNodes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "content_multiparts",
                schema: "tus_upload",
                columns: table => new
                {
                    session_id = table.Column<Guid>(type: "uuid", nullable: false),
                    multipart_id = table.Column<string>(type: "text", nullable: false),
                    part_size = table.Column<long>(type: "bigint", nullable: false),
                    is_completed = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_content_multiparts", x => x.session_id);
                    table.CheckConstraint("ck_content_multiparts_part_size", "part_size > 0");
                });

            migrationBuilder.CreateTable(
                name: "content_rows",
                schema: "tus_upload",
                columns: table => new
                {
                    session_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_content_rows", x => new { x.session_id, x.position });
                    table.CheckConstraint("ck_content_rows_bytes", "length(bytes) BETWEEN 1 AND 1048576");
                });

            migrationBuilder.CreateTable(
                name: "janitor_runs",
                schema: "tus_upload",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    node = table.Column<Guid>(type: "uuid", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    report = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_janitor_runs", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "lease_requests",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node = table.Column<Guid>(type: "uuid", nullable: false),
                    at_offset = table.Column<long>(type: "bigint", nullable: true),
                    is_heard = table.Column<bool>(type: "boolean", nullable: false),
                    is_refused = table.Column<bool>(type: "boolean", nullable: false),
                    asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_lease_requests", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_parts",
                schema: "tus_upload",
                columns: table => new
                {
                    session_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    etag = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_content_parts", x => new { x.session_id, x.number });
                    table.CheckConstraint("ck_content_parts_number", "number BETWEEN 1 AND 10000");
                    table.ForeignKey(
                        name: "fk_content_parts_content_multiparts_session_id",
                        column: x => x.session_id,
                        principalSchema: "tus_upload",
                        principalTable: "content_multiparts",
                        principalColumn: "session_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_lease_requests_node",
                schema: "tus_upload",
                table: "lease_requests",
                column: "node",
                filter: "NOT is_heard");

            // Bytes that were uploaded seldom compress, and are read and written whole.
            migrationBuilder.Sql("ALTER TABLE tus_upload.content_rows ALTER COLUMN bytes SET STORAGE EXTERNAL;");

            // Who waits for an answer waits a second: what a crash of the database loses is asked again.
            migrationBuilder.Sql("ALTER TABLE tus_upload.lease_requests SET UNLOGGED;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "content_parts",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "content_rows",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "janitor_runs",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "lease_requests",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "content_multiparts",
                schema: "tus_upload");
        }
    }
}
