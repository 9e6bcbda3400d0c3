using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "tus_upload");

            migrationBuilder.CreateSequence(
                name: "outbox_sequence",
                schema: "tus_upload");

            migrationBuilder.CreateTable(
                name: "file_checksums",
                schema: "tus_upload",
                columns: table => new
                {
                    checksum = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    file_size = table.Column<long>(type: "bigint", nullable: false),
                    storage_path = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    reference_count = table.Column<int>(type: "integer", nullable: false),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_file_checksums", x => x.checksum);
                    table.CheckConstraint("ck_file_checksums_checksum", "checksum ~ '^[0-9a-f]{64}$'");
                    table.CheckConstraint("ck_file_checksums_reference_count", "reference_count >= 0");
                });

            migrationBuilder.CreateTable(
                name: "nodes",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    host = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    process_id = table.Column<int>(type: "integer", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    heartbeat_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_nodes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "tus_upload",
                columns: table => new
                {
                    position = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    sequence = table.Column<long>(type: "bigint", nullable: true),
                    type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    user_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<Guid>(type: "uuid", nullable: false),
                    data = table.Column<string>(type: "jsonb", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "upload_metrics",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    upload_id = table.Column<Guid>(type: "uuid", nullable: false),
                    metric_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    value = table.Column<string>(type: "jsonb", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_upload_metrics", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "users",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    default_workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    storage_limit = table.Column<long>(type: "bigint", nullable: true),
                    storage_used = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    storage_reserved = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_users", x => x.id);
                    table.CheckConstraint("ck_users_storage_limit", "storage_limit >= 0");
                    table.CheckConstraint("ck_users_storage_reserved", "storage_reserved >= 0");
                    table.CheckConstraint("ck_users_storage_used", "storage_used >= 0");
                });

            migrationBuilder.CreateTable(
                name: "workspaces",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "character varying(200)", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    storage_limit = table.Column<long>(type: "bigint", nullable: true),
                    storage_used = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    storage_reserved = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workspaces", x => x.id);
                    table.CheckConstraint("ck_workspaces_storage_limit", "storage_limit >= 0");
                    table.CheckConstraint("ck_workspaces_storage_reserved", "storage_reserved >= 0");
                    table.CheckConstraint("ck_workspaces_storage_used", "storage_used >= 0");
                    table.ForeignKey(
                        name: "fk_workspaces_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "tus_upload",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "batches",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "character varying(200)", nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    expected_files = table.Column<int>(type: "integer", nullable: true),
                    joined_files = table.Column<int>(type: "integer", nullable: false),
                    received_files = table.Column<int>(type: "integer", nullable: false),
                    processed_files = table.Column<int>(type: "integer", nullable: false),
                    failed_files = table.Column<int>(type: "integer", nullable: false),
                    total_bytes = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batches", x => x.id);
                    table.CheckConstraint("ck_batches_counters", "processed_files >= 0 AND failed_files >= 0 AND received_files >= processed_files AND joined_files >= received_files AND processed_files + failed_files <= joined_files AND (expected_files IS NULL OR joined_files <= expected_files)");
                    table.CheckConstraint("ck_batches_expected_files", "expected_files > 0");
                    table.CheckConstraint("ck_batches_status", "status IN ('open', 'sealed', 'completed', 'partial', 'failed', 'expired')");
                    table.ForeignKey(
                        name: "fk_batches_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "tus_upload",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_batches_workspaces_workspace_id",
                        column: x => x.workspace_id,
                        principalSchema: "tus_upload",
                        principalTable: "workspaces",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "files",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "character varying(200)", nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    folder_id = table.Column<Guid>(type: "uuid", nullable: true),
                    link_id = table.Column<Guid>(type: "uuid", nullable: true),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: true),
                    file_name = table.Column<string>(type: "text", nullable: false),
                    relative_path = table.Column<string>(type: "text", nullable: true),
                    file_size = table.Column<long>(type: "bigint", nullable: false),
                    content_type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    processing_status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: true),
                    promised_sha256 = table.Column<string>(type: "text", nullable: true),
                    received_sha256 = table.Column<string>(type: "text", nullable: true),
                    storage_path = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: true),
                    content_node = table.Column<Guid>(type: "uuid", nullable: true),
                    job_id = table.Column<string>(type: "text", nullable: true),
                    processing_node = table.Column<Guid>(type: "uuid", nullable: true),
                    rejection_code = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    rejection_message = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ready_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_files", x => x.id);
                    table.CheckConstraint("ck_files_file_size", "file_size >= 0");
                    table.CheckConstraint("ck_files_processing_status", "processing_status IN ('received', 'verifying', 'scanning', 'storing', 'ready', 'rejected', 'failed')");
                    table.CheckConstraint("ck_files_ready", "(processing_status = 'ready') = (ready_at IS NOT NULL) AND (processing_status <> 'ready' OR (sha256 IS NOT NULL AND storage_path IS NOT NULL))");
                    table.CheckConstraint("ck_files_rejection", "processing_status NOT IN ('rejected', 'failed') OR rejection_code IS NOT NULL");
                    table.CheckConstraint("ck_files_sha256", "sha256 ~ '^[0-9a-f]{64}$'");
                    table.CheckConstraint("ck_files_storage_path", "storage_path ~ '^[ -~]+$'");
                    table.ForeignKey(
                        name: "fk_files_batches_batch_id",
                        column: x => x.batch_id,
                        principalSchema: "tus_upload",
                        principalTable: "batches",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "fk_files_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "tus_upload",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_files_workspaces_workspace_id",
                        column: x => x.workspace_id,
                        principalSchema: "tus_upload",
                        principalTable: "workspaces",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "step_journal",
                schema: "tus_upload",
                columns: table => new
                {
                    file_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    output = table.Column<string>(type: "jsonb", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_step_journal", x => new { x.file_id, x.step });
                    table.ForeignKey(
                        name: "fk_step_journal_files_file_id",
                        column: x => x.file_id,
                        principalSchema: "tus_upload",
                        principalTable: "files",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "folders",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    link_id = table.Column<Guid>(type: "uuid", nullable: true),
                    parent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    path = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_folders", x => x.id);
                    table.CheckConstraint("ck_folders_path", "path <> '' AND path !~ '^/|/$|//'");
                    table.ForeignKey(
                        name: "fk_folders_folders_parent_id",
                        column: x => x.parent_id,
                        principalSchema: "tus_upload",
                        principalTable: "folders",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_folders_workspaces_workspace_id",
                        column: x => x.workspace_id,
                        principalSchema: "tus_upload",
                        principalTable: "workspaces",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "links",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    folder_id = table.Column<Guid>(type: "uuid", nullable: true),
                    slug = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    storage_limit = table.Column<long>(type: "bigint", nullable: true),
                    storage_used = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    storage_reserved = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_links", x => x.id);
                    table.CheckConstraint("ck_links_storage_limit", "storage_limit >= 0");
                    table.CheckConstraint("ck_links_storage_reserved", "storage_reserved >= 0");
                    table.CheckConstraint("ck_links_storage_used", "storage_used >= 0");
                    table.ForeignKey(
                        name: "fk_links_folders_folder_id",
                        column: x => x.folder_id,
                        principalSchema: "tus_upload",
                        principalTable: "folders",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "fk_links_workspaces_workspace_id",
                        column: x => x.workspace_id,
                        principalSchema: "tus_upload",
                        principalTable: "workspaces",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "upload_sessions",
                schema: "tus_upload",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "character varying(200)", nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    folder_id = table.Column<Guid>(type: "uuid", nullable: true),
                    link_id = table.Column<Guid>(type: "uuid", nullable: true),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: true),
                    file_name = table.Column<string>(type: "text", nullable: false),
                    relative_path = table.Column<string>(type: "text", nullable: true),
                    content_type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    metadata = table.Column<string>(type: "text", nullable: true),
                    file_hash = table.Column<string>(type: "text", nullable: true),
                    total_size = table.Column<long>(type: "bigint", nullable: true),
                    uploaded_size = table.Column<long>(type: "bigint", nullable: false),
                    reserved_size = table.Column<long>(type: "bigint", nullable: false),
                    chunk_size = table.Column<long>(type: "bigint", nullable: false),
                    completed_chunks = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    lease_node = table.Column<Guid>(type: "uuid", nullable: true),
                    lease_epoch = table.Column<long>(type: "bigint", nullable: false),
                    content_node = table.Column<Guid>(type: "uuid", nullable: true),
                    content_removed = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_activity_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_upload_sessions", x => x.id);
                    table.CheckConstraint("ck_upload_sessions_file_hash", "file_hash ~ '^[0-9a-f]{64}$'");
                    table.CheckConstraint("ck_upload_sessions_lease", "lease_epoch >= 0 AND (status = 'receiving' OR lease_node IS NULL)");
                    table.CheckConstraint("ck_upload_sessions_received", "status <> 'received' OR uploaded_size = total_size");
                    table.CheckConstraint("ck_upload_sessions_reserved_size", "reserved_size >= 0 AND (status <> 'receiving' OR reserved_size >= uploaded_size) AND (status NOT IN ('expired', 'terminated') OR reserved_size = 0)");
                    table.CheckConstraint("ck_upload_sessions_status", "status IN ('receiving', 'received', 'expired', 'terminated')");
                    table.CheckConstraint("ck_upload_sessions_uploaded_size", "uploaded_size >= 0 AND (total_size IS NULL OR uploaded_size <= total_size)");
                    table.ForeignKey(
                        name: "fk_upload_sessions_batches_batch_id",
                        column: x => x.batch_id,
                        principalSchema: "tus_upload",
                        principalTable: "batches",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "fk_upload_sessions_folders_folder_id",
                        column: x => x.folder_id,
                        principalSchema: "tus_upload",
                        principalTable: "folders",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "fk_upload_sessions_links_link_id",
                        column: x => x.link_id,
                        principalSchema: "tus_upload",
                        principalTable: "links",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "fk_upload_sessions_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "tus_upload",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_upload_sessions_workspaces_workspace_id",
                        column: x => x.workspace_id,
                        principalSchema: "tus_upload",
                        principalTable: "workspaces",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "upload_chunks",
                schema: "tus_upload",
                columns: table => new
                {
                    session_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chunk_index = table.Column<int>(type: "integer", nullable: false),
                    chunk_offset = table.Column<long>(type: "bigint", nullable: false),
                    chunk_size = table.Column<long>(type: "bigint", nullable: false),
                    checksum = table.Column<byte[]>(type: "bytea", nullable: false),
                    uploaded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_upload_chunks", x => new { x.session_id, x.chunk_index });
                    table.CheckConstraint("ck_upload_chunks_checksum", "length(checksum) = 16");
                    table.CheckConstraint("ck_upload_chunks_span", "chunk_index >= 0 AND chunk_offset >= 0 AND chunk_size > 0");
                    table.ForeignKey(
                        name: "fk_upload_chunks_sessions_session_id",
                        column: x => x.session_id,
                        principalSchema: "tus_upload",
                        principalTable: "upload_sessions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_batches_user_id_id",
                schema: "tus_upload",
                table: "batches",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_workspace_id",
                schema: "tus_upload",
                table: "batches",
                column: "workspace_id");

            migrationBuilder.CreateIndex(
                name: "ix_files_batch_id",
                schema: "tus_upload",
                table: "files",
                column: "batch_id",
                filter: "batch_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_created_at",
                schema: "tus_upload",
                table: "files",
                column: "created_at",
                filter: "processing_status IN ('received', 'verifying', 'scanning', 'storing')");

            migrationBuilder.CreateIndex(
                name: "ix_files_deleted_at",
                schema: "tus_upload",
                table: "files",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_folder_id",
                schema: "tus_upload",
                table: "files",
                column: "folder_id");

            migrationBuilder.CreateIndex(
                name: "ix_files_link_id",
                schema: "tus_upload",
                table: "files",
                column: "link_id");

            migrationBuilder.CreateIndex(
                name: "ix_files_user_id_id",
                schema: "tus_upload",
                table: "files",
                columns: new[] { "user_id", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_workspace_id",
                schema: "tus_upload",
                table: "files",
                column: "workspace_id");

            migrationBuilder.CreateIndex(
                name: "ix_folders_link_id",
                schema: "tus_upload",
                table: "folders",
                column: "link_id");

            migrationBuilder.CreateIndex(
                name: "ix_folders_parent_id",
                schema: "tus_upload",
                table: "folders",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "ix_folders_workspace_id_path",
                schema: "tus_upload",
                table: "folders",
                columns: new[] { "workspace_id", "path" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_links_folder_id",
                schema: "tus_upload",
                table: "links",
                column: "folder_id");

            migrationBuilder.CreateIndex(
                name: "ix_links_slug",
                schema: "tus_upload",
                table: "links",
                column: "slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_links_workspace_id",
                schema: "tus_upload",
                table: "links",
                column: "workspace_id");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_position",
                schema: "tus_upload",
                table: "outbox",
                column: "position",
                filter: "sequence IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_sequence",
                schema: "tus_upload",
                table: "outbox",
                column: "sequence",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_outbox_user_id_sequence",
                schema: "tus_upload",
                table: "outbox",
                columns: new[] { "user_id", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_upload_metrics_recorded_at",
                schema: "tus_upload",
                table: "upload_metrics",
                column: "recorded_at");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_batch_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "batch_id");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_content_node",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "content_node",
                filter: "status IN ('expired', 'terminated') AND NOT content_removed");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_expires_at",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "expires_at",
                filter: "status = 'receiving'");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_folder_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "folder_id");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_link_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "link_id");

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_user_id_id",
                schema: "tus_upload",
                table: "upload_sessions",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_upload_sessions_workspace_id",
                schema: "tus_upload",
                table: "upload_sessions",
                column: "workspace_id");

            migrationBuilder.CreateIndex(
                name: "ix_workspaces_user_id",
                schema: "tus_upload",
                table: "workspaces",
                column: "user_id");

            migrationBuilder.AddForeignKey(
                name: "fk_files_folders_folder_id",
                schema: "tus_upload",
                table: "files",
                column: "folder_id",
                principalSchema: "tus_upload",
                principalTable: "folders",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);

            migrationBuilder.AddForeignKey(
                name: "fk_files_links_link_id",
                schema: "tus_upload",
                table: "files",
                column: "link_id",
                principalSchema: "tus_upload",
                principalTable: "links",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);

            migrationBuilder.AddForeignKey(
                name: "fk_folders_links_link_id",
                schema: "tus_upload",
                table: "folders",
                column: "link_id",
                principalSchema: "tus_upload",
                principalTable: "links",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_workspaces_users_user_id",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropForeignKey(
                name: "fk_folders_workspaces_workspace_id",
                schema: "tus_upload",
                table: "folders");

            migrationBuilder.DropForeignKey(
                name: "fk_links_workspaces_workspace_id",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropForeignKey(
                name: "fk_links_folders_folder_id",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropTable(
                name: "file_checksums",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "nodes",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "step_journal",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "upload_chunks",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "upload_metrics",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "files",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "upload_sessions",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "batches",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "users",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "workspaces",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "folders",
                schema: "tus_upload");

            migrationBuilder.DropTable(
                name: "links",
                schema: "tus_upload");

            migrationBuilder.DropSequence(
                name: "outbox_sequence",
                schema: "tus_upload");
        }
    }
}
