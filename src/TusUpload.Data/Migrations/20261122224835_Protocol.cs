using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class Protocol : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_upload_sessions_reserved_size",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropCheckConstraint(
                name: "ck_upload_sessions_status",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.AddColumn<string>(
                name: "concat",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "final_id",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_partial",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<Guid[]>(
                name: "part_ids",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "uuid[]",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "promised_sha512",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "resume_key",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "token_revision",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "promised_sha512",
                schema: "tus_upload",
                table: "files",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "server_secrets",
                schema: "tus_upload",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    value = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_server_secrets", x => x.name);
                    table.CheckConstraint("ck_server_secrets_value", "length(value) >= 32");
                });

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_final_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "final_id",
                filter: "final_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "id",
                filter: "part_ids IS NOT NULL AND status = 'receiving'");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_user_id_resume_key",
                schema: "tus_upload",
                table: "upload_sessions",
                columns: new[] { "user_id", "resume_key" },
                unique: true,
                filter: "resume_key IS NOT NULL AND status IN ('receiving', 'received')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_upload_sessions_parts",
                schema: "tus_upload",
                table: "upload_sessions",
                sql: "NOT (is_partial AND (part_ids IS NOT NULL OR status = 'received' OR batch_id IS NOT NULL)) AND (status <> 'joined' OR is_partial AND final_id IS NOT NULL) AND (final_id IS NULL OR is_partial) AND (part_ids IS NULL) = (concat IS NULL)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_upload_sessions_promised_sha512",
                schema: "tus_upload",
                table: "upload_sessions",
                sql: "promised_sha512 ~ '^[0-9a-f]{128}$'");

            migrationBuilder.AddCheckConstraint(
                name: "ck_upload_sessions_reserved_size",
                schema: "tus_upload",
                table: "upload_sessions",
                sql: "reserved_size >= 0 AND (status <> 'receiving' OR part_ids IS NOT NULL OR reserved_size >= uploaded_size) AND (status NOT IN ('joined', 'expired', 'terminated') OR reserved_size = 0)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_upload_sessions_resume_key",
                schema: "tus_upload",
                table: "upload_sessions",
                sql: "length(resume_key) BETWEEN 1 AND 255");

            migrationBuilder.AddCheckConstraint(
                name: "ck_upload_sessions_status",
                schema: "tus_upload",
                table: "upload_sessions",
                sql: "status IN ('receiving', 'received', 'joined', 'expired', 'terminated')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_files_promised_sha512",
                schema: "tus_upload",
                table: "files",
                sql: "promised_sha512 ~ '^[0-9a-f]{128}$'");

            migrationBuilder.AddForeignKey(
                name: "fk_upload_sessions_upload_sessions_final_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "final_id",
                principalSchema: "tus_upload",
                principalTable: "upload_sessions",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_upload_sessions_upload_sessions_final_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropTable(
                name: "server_secrets",
                schema: "tus_upload");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_final_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_user_id_resume_key",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropCheckConstraint(
                name: "ck_upload_sessions_parts",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropCheckConstraint(
                name: "ck_upload_sessions_promised_sha512",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropCheckConstraint(
                name: "ck_upload_sessions_reserved_size",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropCheckConstraint(
                name: "ck_upload_sessions_resume_key",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropCheckConstraint(
                name: "ck_upload_sessions_status",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropCheckConstraint(
                name: "ck_files_promised_sha512",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropColumn(
                name: "concat",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "final_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "is_partial",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "part_ids",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "promised_sha512",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "resume_key",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "token_revision",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "promised_sha512",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.AddCheckConstraint(
                name: "ck_upload_sessions_reserved_size",
                schema: "tus_upload",
                table: "upload_sessions",
                sql: "reserved_size >= 0 AND (status <> 'receiving' OR reserved_size >= uploaded_size) AND (status NOT IN ('expired', 'terminated') OR reserved_size = 0)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_upload_sessions_status",
                schema: "tus_upload",
                table: "upload_sessions",
                sql: "status IN ('receiving', 'received', 'expired', 'terminated')");
        }
    }
}
