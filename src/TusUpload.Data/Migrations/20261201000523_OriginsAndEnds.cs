using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class OriginsAndEnds : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "is_abandoned",
                schema: "tus_upload",
                table: "batches",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "ix_workspaces_allowed_origins",
                schema: "tus_upload",
                table: "workspaces",
                column: "id",
                filter: "allowed_origins IS NOT NULL AND deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_links_allowed_origins",
                schema: "tus_upload",
                table: "links",
                column: "id",
                filter: "allowed_origins IS NOT NULL AND revoked_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_workspaces_allowed_origins",
                schema: "tus_upload",
                table: "workspaces");

            migrationBuilder.DropIndex(
                name: "ix_links_allowed_origins",
                schema: "tus_upload",
                table: "links");

            migrationBuilder.DropColumn(
                name: "is_abandoned",
                schema: "tus_upload",
                table: "batches");
        }
    }
}
