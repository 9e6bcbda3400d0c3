using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class ObjectStorage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "file_moves",
                schema: "tus_upload",
                columns: table => new
                {
                    file_id = table.Column<Guid>(type: "uuid", nullable: false),
                    storage_path = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    remote_id = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    begun_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_file_moves", x => x.file_id);
                    table.CheckConstraint("ck_file_moves_storage_path", "storage_path ~ '^[ -~]+$'");
                    table.ForeignKey(
                        name: "fk_file_moves_files_file_id",
                        column: x => x.file_id,
                        principalSchema: "tus_upload",
                        principalTable: "files",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_files_storage_path",
                schema: "tus_upload",
                table: "files",
                column: "storage_path",
                filter: "storage_path IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "file_moves",
                schema: "tus_upload");

            migrationBuilder.DropIndex(
                name: "ix_files_storage_path",
                schema: "tus_upload",
                table: "files");
        }
    }
}
