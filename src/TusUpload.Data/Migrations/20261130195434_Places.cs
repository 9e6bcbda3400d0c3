using System;

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class Places : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_workspaces_user_id",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_batch_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_folder_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_links_workspace_id",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropIndex(
                name: "ix_folders_workspace_id_path",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropIndex(
                name: "ix_files_folder_id",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropIndex(
                name: "ix_files_workspace_id",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.AddColumn<string[]>(
                name: "allowed_origins",
                schema: "tus_upload",
                table: "workspaces",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "allowed_types",
                schema: "tus_upload",
                table: "workspaces",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deleted_at",
                schema: "tus_upload",
                table: "workspaces",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "denied_types",
                schema: "tus_upload",
                table: "workspaces",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "max_file_size",
                schema: "tus_upload",
                table: "workspaces",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "name_policy",
                schema: "tus_upload",
                table: "workspaces",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "keep_both");

            migrationBuilder.AddColumn<short>(
                name: "storage_warned",
                schema: "tus_upload",
                table: "workspaces",
                type: "smallint",
                nullable: false,
                defaultValue: (short)0);

            migrationBuilder.AddColumn<int>(
                name: "version",
                schema: "tus_upload",
                table: "workspaces",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<short>(
                name: "storage_warned",
                schema: "tus_upload",
                table: "users",
                type: "smallint",
                nullable: false,
                defaultValue: (short)0);

            migrationBuilder.AddColumn<bool>(
                name: "replaces",
                schema: "tus_upload",
                table: "upload_sessions",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string[]>(
                name: "allowed_origins",
                schema: "tus_upload",
                table: "links",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "allowed_types",
                schema: "tus_upload",
                table: "links",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "created_by",
                schema: "tus_upload",
                table: "links",
                type: "character varying(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            // Until now nobody but the workspace's owner had links.
            migrationBuilder.Sql("""
                UPDATE tus_upload.links SET created_by = space.user_id FROM tus_upload.workspaces space WHERE space.id = links.workspace_id;
                ALTER TABLE tus_upload.links ALTER COLUMN created_by DROP DEFAULT;
                """);

            migrationBuilder.AddColumn<int>(
                name: "files",
                schema: "tus_upload",
                table: "links",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "max_file_size",
                schema: "tus_upload",
                table: "links",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "max_files",
                schema: "tus_upload",
                table: "links",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "max_uses",
                schema: "tus_upload",
                table: "links",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "name",
                schema: "tus_upload",
                table: "links",
                type: "character varying(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "password_hash",
                schema: "tus_upload",
                table: "links",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "storage_warned",
                schema: "tus_upload",
                table: "links",
                type: "smallint",
                nullable: false,
                defaultValue: (short)0);

            migrationBuilder.AddColumn<int>(
                name: "uses",
                schema: "tus_upload",
                table: "links",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "version",
                schema: "tus_upload",
                table: "links",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deleted_at",
                schema: "tus_upload",
                table: "folders",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "deleted_with",
                schema: "tus_upload",
                table: "folders",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "version",
                schema: "tus_upload",
                table: "folders",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<bool>(
                name: "replaces",
                schema: "tus_upload",
                table: "files",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "version",
                schema: "tus_upload",
                table: "files",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<bool>(
                name: "all_or_nothing",
                schema: "tus_upload",
                table: "batches",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                schema: "tus_upload",
                table: "batches",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "late_files",
                schema: "tus_upload",
                table: "batches",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "refuse");

            migrationBuilder.AddColumn<int>(
                name: "late_joined",
                schema: "tus_upload",
                table: "batches",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "audit_log",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    key_id = table.Column<Guid>(type: "uuid", nullable: true),
                    action = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: true),
                    address = table.Column<string>(type: "character varying(45)", maxLength: 45, nullable: true),
                    status = table.Column<short>(type: "smallint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_log", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "batch_files",
                schema: "tus_upload",
                columns: table => new
                {
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: true),
                    upload_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batch_files", x => new { x.batch_id, x.ordinal });
                    table.CheckConstraint("ck_batch_files_size", "size >= 0");
                    table.ForeignKey(
                        name: "fk_batch_files_batches_batch_id",
                        column: x => x.batch_id,
                        principalSchema: "tus_upload",
                        principalTable: "batches",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                schema: "tus_upload",
                columns: table => new
                {
                    subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    operation = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    key = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: true),
                    location = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    etag = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_keys", x => new { x.subject, x.operation, x.key });
                    table.CheckConstraint("ck_idempotency_keys_request_hash", "length(request_hash) = 32");
                });

            migrationBuilder.CreateTable(
                name: "link_tries",
                schema: "tus_upload",
                columns: table => new
                {
                    link_id = table.Column<Guid>(type: "uuid", nullable: false),
                    address = table.Column<string>(type: "character varying(45)", maxLength: 45, nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_link_tries", x => new { x.link_id, x.address });
                    table.ForeignKey(
                        name: "fk_link_tries_links_link_id",
                        column: x => x.link_id,
                        principalSchema: "tus_upload",
                        principalTable: "links",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "workspace_members",
                schema: "tus_upload",
                columns: table => new
                {
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "character varying(200)", nullable: false),
                    role = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workspace_members", x => new { x.workspace_id, x.user_id });
                    table.CheckConstraint("ck_workspace_members_role", "role IN ('viewer', 'contributor', 'editor', 'manager')");
                    table.ForeignKey(
                        name: "fk_workspace_members_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "tus_upload",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_workspace_members_workspaces_workspace_id",
                        column: x => x.workspace_id,
                        principalSchema: "tus_upload",
                        principalTable: "workspaces",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_workspaces_deleted_at",
                schema: "tus_upload",
                table: "workspaces",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_workspaces_user_id_id",
                schema: "tus_upload",
                table: "workspaces",
                columns: new[] { "user_id", "id" });

            migrationBuilder.AddCheckConstraint(
                name: "ck_workspaces_max_file_size",
                schema: "tus_upload",
                table: "workspaces",
                sql: "max_file_size >= 0");

            migrationBuilder.AddCheckConstraint(
                name: "ck_workspaces_name_policy",
                schema: "tus_upload",
                table: "workspaces",
                sql: "name_policy IN ('keep_both', 'replace', 'refuse')");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_batch_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "batch_id",
                filter: "batch_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_folder_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "folder_id",
                filter: "folder_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_links_workspace_id_id",
                schema: "tus_upload",
                table: "links",
                columns: new[] { "workspace_id", "id" });

            migrationBuilder.AddCheckConstraint(
                name: "ck_links_files",
                schema: "tus_upload",
                table: "links",
                sql: "files >= 0 AND max_files >= 1");

            migrationBuilder.AddCheckConstraint(
                name: "ck_links_max_file_size",
                schema: "tus_upload",
                table: "links",
                sql: "max_file_size >= 0");

            migrationBuilder.AddCheckConstraint(
                name: "ck_links_uses",
                schema: "tus_upload",
                table: "links",
                sql: "uses >= 0 AND max_uses >= 1");

            migrationBuilder.CreateIndex(
                name: "ix_folders_deleted_with",
                schema: "tus_upload",
                table: "folders",
                column: "deleted_with",
                filter: "deleted_with IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_folders_workspace_id_path",
                schema: "tus_upload",
                table: "folders",
                columns: new[] { "workspace_id", "path" },
                unique: true,
                filter: "deleted_at IS NULL");

            migrationBuilder.AddCheckConstraint(
                name: "ck_folders_deleted",
                schema: "tus_upload",
                table: "folders",
                sql: "(deleted_at IS NULL) = (deleted_with IS NULL)");

            migrationBuilder.CreateIndex(
                name: "ix_files_folder_id_id",
                schema: "tus_upload",
                table: "files",
                columns: new[] { "folder_id", "id" },
                filter: "folder_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_workspace_id_file_name_id",
                schema: "tus_upload",
                table: "files",
                columns: new[] { "workspace_id", "file_name", "id" },
                filter: "replaces AND processing_status = 'ready' AND deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_workspace_id_id",
                schema: "tus_upload",
                table: "files",
                columns: new[] { "workspace_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_expires_at",
                schema: "tus_upload",
                table: "batches",
                column: "expires_at",
                filter: "expires_at IS NOT NULL AND status IN ('open', 'sealed')");

            migrationBuilder.CreateIndex(
                name: "ix_batches_uploader_id_id",
                schema: "tus_upload",
                table: "batches",
                columns: new[] { "uploader_id", "id" },
                filter: "uploader_id <> user_id");

            migrationBuilder.AddCheckConstraint(
                name: "ck_batches_late_files",
                schema: "tus_upload",
                table: "batches",
                sql: "late_files IN ('refuse', 'accept') AND late_joined >= 0");

            migrationBuilder.CreateIndex(
                name: "ix_audit_log_actor_id",
                schema: "tus_upload",
                table: "audit_log",
                columns: new[] { "actor", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_log_subject_id",
                schema: "tus_upload",
                table: "audit_log",
                columns: new[] { "subject", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_log_workspace_id_id",
                schema: "tus_upload",
                table: "audit_log",
                columns: new[] { "workspace_id", "id" },
                filter: "workspace_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_batch_files_batch_id_name",
                schema: "tus_upload",
                table: "batch_files",
                columns: new[] { "batch_id", "name" });

            migrationBuilder.CreateIndex(
                name: "ix_batch_files_upload_id",
                schema: "tus_upload",
                table: "batch_files",
                column: "upload_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                schema: "tus_upload",
                table: "idempotency_keys",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_workspace_members_user_id",
                schema: "tus_upload",
                table: "workspace_members",
                column: "user_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_log",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "batch_files",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "idempotency_keys",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "link_tries",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "workspace_members",
                schema: "tus_upload");

            migrationBuilder.DropIndex(
                name: "ix_workspaces_deleted_at",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropIndex(
                name: "ix_workspaces_user_id_id",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropCheckConstraint(
                name: "ck_workspaces_max_file_size",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropCheckConstraint(
                name: "ck_workspaces_name_policy",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_batch_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_upload_sessions_folder_id",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropIndex(
                name: "ix_links_workspace_id_id",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropCheckConstraint(
                name: "ck_links_files",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropCheckConstraint(
                name: "ck_links_max_file_size",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropCheckConstraint(
                name: "ck_links_uses",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropIndex(
                name: "ix_folders_deleted_with",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropIndex(
                name: "ix_folders_workspace_id_path",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropCheckConstraint(
                name: "ck_folders_deleted",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropIndex(
                name: "ix_files_folder_id_id",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropIndex(
                name: "ix_files_workspace_id_file_name_id",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropIndex(
                name: "ix_files_workspace_id_id",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropIndex(
                name: "ix_batches_expires_at",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.DropIndex(
                name: "ix_batches_uploader_id_id",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.DropCheckConstraint(
                name: "ck_batches_late_files",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "allowed_origins",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "allowed_types",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "denied_types",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "max_file_size",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "name_policy",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "storage_warned",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "version",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropColumn(
                name: "storage_warned",
                schema: "tus_upload",
                table: "users");

            migrationBuilder.DropColumn(
                name: "replaces",
                schema: "tus_upload",
                table: "upload_sessions");

            migrationBuilder.DropColumn(
                name: "allowed_origins",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "allowed_types",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "created_by",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "files",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "max_file_size",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "max_files",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "max_uses",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "name",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "password_hash",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "storage_warned",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "uses",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "version",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropColumn(
                name: "deleted_with",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropColumn(
                name: "version",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropColumn(
                name: "replaces",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropColumn(
                name: "version",
                schema: "tus_upload",
                table: "files");

            migrationBuilder.DropColumn(
                name: "all_or_nothing",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "expires_at",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "late_files",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "late_joined",
                schema: "tus_upload",
                table: "batches");

            migrationBuilder.CreateIndex(
                name: "ix_workspaces_user_id",
                schema: "tus_upload",
                table: "workspaces",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_batch_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "batch_id");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_folder_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "folder_id");

            migrationBuilder.CreateIndex(
                name: "ix_links_workspace_id",
                schema: "tus_upload",
                table: "links",
                column: "workspace_id");

            migrationBuilder.CreateIndex(
                name: "ix_folders_workspace_id_path",
                schema: "tus_upload",
                table: "folders",
                columns: new[] { "workspace_id", "path" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_files_folder_id",
                schema: "tus_upload",
                table: "files",
                column: "folder_id");

            migrationBuilder.CreateIndex(
                name: "ix_files_workspace_id",
                schema: "tus_upload",
                table: "files",
                column: "workspace_id");
        }
    }
}
