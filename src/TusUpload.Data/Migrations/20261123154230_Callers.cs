using System;

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class Callers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_user_id_resume_key",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.AddColumn<bool>(
                name: "has_own_limit",
                schema: "tus_upload",
                table: "users",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "plan",
                schema: "tus_upload",
                table: "users",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "uploader_id",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "character varying(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "uploader_id",
                schema: "tus_upload",
                table: "outbox",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "uploader_id",
                schema: "tus_upload",
                table: "files",
                type: "character varying(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "uploader_id",
                schema: "tus_upload",
                table: "batches",
                type: "character varying(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            // Until now whoever made it was the account.
            foreach (var table in new[] { "upload_sessions", "files", "batches" })
            {
                migrationBuilder.Sql($"UPDATE tus_upload.{table} SET uploader_id = user_id; ALTER TABLE tus_upload.{table} ALTER COLUMN uploader_id DROP DEFAULT;");
            }

            migrationBuilder.CreateTable(
                name: "api_keys",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "character varying(200)", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    scopes = table.Column<string[]>(type: "text[]", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_keys", x => x.id);
                    table.CheckConstraint("ck_api_keys_secret_hash", "length(secret_hash) = 32");
                    table.ForeignKey(
                        name: "fk_api_keys_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "tus_upload",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "protection_keys",
                schema: "tus_upload",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    element = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_protection_keys", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_uploader_id_id",
                schema: "tus_upload",
                table: "upload_sessions",
                columns: new[] { "uploader_id", "id" },
                filter: "uploader_id <> user_id");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_uploader_id_resume_key",
                schema: "tus_upload",
                table: "upload_sessions",
                columns: new[] { "uploader_id", "resume_key" },
                unique: true,
                filter: "resume_key IS NOT NULL AND status IN ('receiving', 'received')");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_uploader_id_sequence",
                schema: "tus_upload",
                table: "outbox",
                columns: new[] { "uploader_id", "sequence" },
                filter: "uploader_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_uploader_id_id",
                schema: "tus_upload",
                table: "files",
                columns: new[] { "uploader_id", "id" },
                filter: "uploader_id <> user_id AND deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_user_id_id",
                schema: "tus_upload",
                table: "api_keys",
                columns: new[] { "user_id", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "protection_keys",
                schema: "tus_upload");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_uploader_id_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_uploader_id_resume_key",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_outbox_uploader_id_sequence",
                schema: "tus_upload",
                table: "outbox");

            migrationBuilder.DropIndex(
                name: "ix_files_uploader_id_id",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropColumn(
                name: "has_own_limit",
                schema: "tus_upload",
                table: "users");

            migrationBuilder.DropColumn(
                name: "plan",
                schema: "tus_upload",
                table: "users");

            migrationBuilder.DropColumn(
                name: "uploader_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "uploader_id",
                schema: "tus_upload",
                table: "outbox");

            migrationBuilder.DropColumn(
                name: "uploader_id",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropColumn(
                name: "uploader_id",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_user_id_resume_key",
                schema: "tus_upload",
                table: "upload_sessions",
                columns: new[] { "user_id", "resume_key" },
                unique: true,
                filter: "resume_key IS NOT NULL AND status IN ('receiving', 'received')");
        }
    }
}
